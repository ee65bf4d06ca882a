using System.Collections.Immutable;

namespace Swarm.Images.Snapshots;

/// <summary>What a writable layer lies on, kept with it: it can be mounted again without
/// looking at the image.</summary>
/// <param name="Layers">Names of layers, lowest first.</param>
internal sealed record SnapshotRecord(string Image, ImmutableArray<string> Layers);

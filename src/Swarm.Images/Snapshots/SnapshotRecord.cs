using System.Collections.Immutable;

namespace Swarm.Images.Snapshots;

/// <summary>What a writable layer lies on, kept with it: it can be mounted again without
/// looking at the image.</summary>
/// <param name="Layers">Names of layers, lowest first.</param>
/// <param name="SizeBytesMax">What the container may write; null where nothing holds it to a size.</param>
internal sealed record SnapshotRecord(string Image, ImmutableArray<string> Layers, long? SizeBytesMax = null);

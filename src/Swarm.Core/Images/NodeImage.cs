using System.Collections.Immutable;

namespace Swarm.Core.Images;

/// <summary>An image that a node has whole.</summary>
/// <param name="Layers">The lowest first.</param>
public sealed record NodeImage(Digest Id, ImmutableArray<NodeLayer> Layers);

/// <summary>A layer that a node has: what is fetched of it is its blob.</summary>
/// <param name="Size">Of the blob.</param>
public readonly record struct NodeLayer(Digest Blob, Bytes Size);

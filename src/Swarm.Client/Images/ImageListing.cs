using System.Collections.Immutable;

namespace Swarm.Client.Images;

/// <summary>One image of a node.</summary>
/// <param name="Id">Digest of its configuration, as <c>sha256:…</c>.</param>
public sealed record ImageListing(string Id, ImmutableArray<string> Tags, long SizeBytes, DateTimeOffset CreatedAt)
{
    /// <summary>On how many nodes that can be reached it is whole, this one included.</summary>
    public int Nodes { get; init; } = 1;
}

using System.Collections.Immutable;

namespace Swarm.Client.Images;

/// <summary>One image of a node, or of its cluster.</summary>
/// <param name="Id">Digest of its configuration, as <c>sha256:…</c>.</param>
/// <param name="CreatedAt">The beginning of 1970 where it does not say, or is on other nodes only.</param>
public sealed record ImageListing(string Id, ImmutableArray<string> Tags, long SizeBytes, DateTimeOffset CreatedAt)
{
    /// <summary>On how many nodes that can be reached it is whole, this one included.</summary>
    public int Nodes { get; init; } = 1;

    /// <summary>By which registries have it, or it was pushed, as <c>REPOSITORY@sha256:…</c>.</summary>
    public ImmutableArray<string> Digests { get; init; } = [];

    /// <summary>Whether it is on the node that was asked.</summary>
    public bool IsHere { get; init; } = true;
}

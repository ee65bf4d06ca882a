using System.Collections.Immutable;

namespace Swarm.Images.Peers;

/// <summary>The other nodes of the cluster.</summary>
public interface IPeers
{
    /// <summary>The name by which they know this node.</summary>
    string Self { get; }

    /// <summary>Those that can be reached now and that give blobs to others.</summary>
    Task<ImmutableArray<Peer>> FindAsync(CancellationToken cancellation);
}

/// <param name="Name">For people.</param>
/// <param name="Address">Of its HTTP server.</param>
public sealed record Peer(string Name, Uri Address);

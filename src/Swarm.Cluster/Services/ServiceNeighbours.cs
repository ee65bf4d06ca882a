using Akka.Actor;
using Swarm.Core.Images;

namespace Swarm.Cluster.Services;

/// <summary>Whom a service talks to.</summary>
/// <param name="Placers">The region of the placers.</param>
/// <param name="Images">The region of the image names.</param>
/// <param name="Catalog">This node's catalog: it shows the service, and knows where nodes are.</param>
/// <param name="Watch">This node's watch over all nodes: it tells the service how it stands with them.</param>
internal sealed record ServiceNeighbours(IActorRef Placers, IActorRef Images, IActorRef Catalog, IActorRef Watch)
{
    /// <summary>Whether this host is on the side that speaks for the cluster, and has had the time to notice if it
    /// were not.</summary>
    public Func<bool> SeesMajority { get; init; } = () => true;

    /// <summary>Finds the image that nodes know by a digest of its repository.</summary>
    public FindImage FindByDigest { get; init; } = (_, _) => Task.FromResult<Digest?>(null);
}

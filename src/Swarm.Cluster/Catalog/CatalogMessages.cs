using Akka.Actor;
using Swarm.Core;
using Swarm.Core.Nodes;
using Swarm.Core.Services;

namespace Swarm.Cluster.Catalog;

/// <summary>Told by a service's entity on this host that has come up: it is told <see cref="NodeSeen"/> of every
/// node, now and when that changes. Never leaves the process.</summary>
internal sealed record WatchNodes(ServiceName Service) : INoSerializationVerificationNeeded;

/// <summary>What the owners on this node tell its catalog. Never leaves the process.</summary>
internal abstract record CatalogCommand : INoSerializationVerificationNeeded
{
    private CatalogCommand()
    {
    }

    /// <summary>The service is as this line says, or is gone.</summary>
    public sealed record ShowService(ServiceLine Line) : CatalogCommand;

    /// <summary>The record of a node says so.</summary>
    public sealed record ShowNode(NodeListing Listing) : CatalogCommand;

    /// <summary>Passes a message on to the node actor of a node, with its sender. Dropped
    /// while the node is not known: it is sent again.</summary>
    public sealed record TellNode(NodeId Node, object Message) : CatalogCommand;
}

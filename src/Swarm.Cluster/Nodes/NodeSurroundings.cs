using Akka.Actor;
using Microsoft.Extensions.Logging;
using Swarm.Runtime;
using Swarm.Runtime.Images;
using Swarm.Runtime.Nodes;

namespace Swarm.Cluster.Nodes;

/// <summary>Those a node talks with.</summary>
/// <param name="Services">The shard region of services.</param>
/// <param name="Placers">The shard region of placers.</param>
/// <param name="Nodes">The shard region of node records.</param>
/// <param name="Catalog">Takes <see cref="Swarm.Core.Nodes.NodeListing"/>, for the lists.</param>
public sealed record NodePeers(IActorRef Services, IActorRef Placers, IActorRef Nodes, IActorRef Catalog);

/// <summary>What a node's actors work with.</summary>
/// <param name="Engine">Opened already: its containers are found.</param>
/// <param name="Images">Brings here what tasks are made of.</param>
public sealed record NodeSurroundings(
    IContainerEngine Engine, ITaskImages Images, INodeStore Store, IStandaloneStore Standalone, NodePeers Peers,
    NodeOptions Options, TimeProvider Time, ILoggerFactory Loggers)
{
    /// <summary>Of <see cref="NodeOptions.ParallelStarts"/>.</summary>
    internal StartPlaces Starts { get; } = new(Options.ParallelStarts, Time);
}

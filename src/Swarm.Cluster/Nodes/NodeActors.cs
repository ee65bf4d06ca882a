using Akka.Actor;
using Swarm.Core.Nodes;

namespace Swarm.Cluster.Nodes;

/// <summary>For the daemon, which starts the node's actor under its cluster.</summary>
public static class NodeActors
{
    /// <param name="description">The host as it finds itself, with all that it has.</param>
    public static Props Create(NodeDescription description, NodeSurroundings node) =>
        NodeActor.Create(description, node);
}

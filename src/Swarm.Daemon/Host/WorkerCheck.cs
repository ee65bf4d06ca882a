using System.Collections.Immutable;
using Swarm.Cluster.Hosting;
using Swarm.Runtime.Nodes;

namespace Swarm.Daemon.Host;

/// <summary>Sees that a node does not cease to be a worker while it has tasks, which nobody would then stop.</summary>
internal static class WorkerCheck
{
    /// <exception cref="ClusterStartException">The node is no worker and keeps services.</exception>
    public static void Refuse(ImmutableArray<string> roles, NodeStore store)
    {
        if (roles.Contains(ClusterRoles.Worker) || !store.KeepsServices) return;
        throw new ClusterStartException(
            $"swarm.cluster.roles has no {ClusterRoles.Worker}, and {store.ServicesFolder} tells of services with "
            + "tasks here: start the node as a worker, drain it, and take the role away when it is empty");
    }
}

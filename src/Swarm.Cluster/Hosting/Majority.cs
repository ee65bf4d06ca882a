using Akka.Cluster;
using Swarm.Core.Membership;

namespace Swarm.Cluster.Hosting;

/// <summary>Whether this node is on the side that speaks for the cluster.</summary>
internal static class Majority
{
    /// <summary>By the members that are schedulers, as ResolverActor counts.</summary>
    public static bool IsSeenBy(Akka.Cluster.Cluster cluster)
    {
        var state = cluster.State;
        var counted = state.Members
            .Where(member => member.Status is MemberStatus.Up or MemberStatus.Leaving
                && member.HasRole(ClusterRoles.Scheduler))
            .Order()
            .ToList();
        return Quorum.HasMajority(counted, member => !state.Unreachable.Contains(member));
    }
}

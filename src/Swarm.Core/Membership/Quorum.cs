namespace Swarm.Core.Membership;

/// <summary>Which side of a cut speaks for the cluster.</summary>
public static class Quorum
{
    /// <summary>Whether those that can be reached are more than half of all; of two halves it is the one with the
    /// first member.</summary>
    /// <param name="members">All that count, this node among them where it does; in the one order that every node
    /// has them in.</param>
    /// <remarks><see cref="Resolution"/> decides by the same rule who goes on.</remarks>
    public static bool HasMajority<T>(IReadOnlyList<T> members, Func<T, bool> isReachable)
    {
        ArgumentNullException.ThrowIfNull(members);
        var twice = members.Count(isReachable) * 2;
        return twice > members.Count || (twice == members.Count && members.Count > 0 && isReachable(members[0]));
    }
}

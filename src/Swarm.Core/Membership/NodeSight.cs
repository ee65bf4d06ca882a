namespace Swarm.Core.Membership;

/// <summary>What a host holds of a node.</summary>
public enum NodeReach
{
    /// <summary>Nothing is said of it: it may be on its way, or this host may be the one that is cut off.</summary>
    Unknown,

    Reachable,

    OutOfReach,
}

/// <summary>What a host has seen of another member of its cluster; times are of its own clock since it
/// started.</summary>
/// <param name="IsMember">It is in the cluster now.</param>
/// <param name="IsReachable">It answers.</param>
/// <param name="LeftInOrder">It said goodbye before it left, as at a restart.</param>
/// <param name="Since">When it ceased to answer, or left.</param>
public readonly record struct MemberSight(bool IsMember, bool IsReachable, bool LeftInOrder, TimeSpan Since);

/// <summary>When a node counts as out of reach, so that services may replace its tasks.</summary>
/// <remarks>Pure. Drawn in docs/cluster.md.</remarks>
public static class NodeSight
{
    /// <summary>How old the word of a majority may be.</summary>
    public static TimeSpan ConfirmationHolds => TimeSpan.FromSeconds(2);

    /// <param name="seen">Null when it has not been a member since this host is up.</param>
    /// <param name="upSince">When this host came up in the cluster; null while it is not.</param>
    /// <param name="confirmedAt">When this host asked what a majority has answered; null when none has.</param>
    /// <param name="settle">How long one that has not been seen, or that left in order, is waited for.</param>
    public static NodeReach Judge(
        MemberSight? seen, TimeSpan? upSince, TimeSpan? confirmedAt, TimeSpan settle, TimeSpan now)
    {
        if (seen is { IsMember: true, IsReachable: true }) return NodeReach.Reachable;
        if (!MayBeLost(seen, upSince, settle, now)) return NodeReach.Unknown;

        // Asked after it was missed: a host that was cut off at the same time gets no answer to that.
        return confirmedAt is { } at && at >= (seen?.Since ?? TimeSpan.Zero) && now - at <= ConfirmationHolds
            ? NodeReach.OutOfReach
            : NodeReach.Unknown;
    }

    /// <summary>Whether only the word of a majority is missing to take the node for lost.</summary>
    public static bool MayBeLost(MemberSight? seen, TimeSpan? upSince, TimeSpan settle, TimeSpan now) => seen switch
    {
        { IsMember: true, IsReachable: true } => false,
        null => upSince is { } since && now - since >= settle,
        { IsMember: false, LeftInOrder: true } left => now - left.Since >= settle,
        _ => true,
    };
}

namespace Swarm.Core.Membership;

/// <summary>What a member makes of a cluster that has been found beside its own.</summary>
public enum OtherCluster
{
    /// <summary>There is none: what was found is its own cluster, or says nothing of itself.</summary>
    None,

    /// <summary>It is to end, and its nodes are to join this one.</summary>
    GivesWay,

    /// <summary>This one is to end, and its nodes are to join that one.</summary>
    Stays,
}

/// <summary>Two clusters of one set of seeds become one again.</summary>
/// <remarks>
/// Pure. <see cref="Formation"/> begins no second one while a seed that is in the first can be heard; but where all
/// other seeds have left that one, and it is cut off when they come back, they begin another. So members go on asking
/// the seeds that are not in their cluster. Drawn in docs/cluster.md.
/// </remarks>
public static class Merging
{
    /// <summary>How often a member asks the seeds that are not in its cluster.</summary>
    public static TimeSpan AskEvery => TimeSpan.FromSeconds(5);

    /// <summary>What a member asks: no vote, and as old as can be, so that a vote given to it before stands.</summary>
    public static AskToForm QuestionOf(string self) => new(self, WantsVote: false, Token: 0);

    /// <summary>Judges the answer of a seed; both clusters come to the same end, whoever of them asks.</summary>
    /// <param name="members">Of this node's cluster, all that it knows: a cluster that has one of them is no other.
    /// </param>
    /// <param name="inReach">Those of them that are up and in reach here, as they are told to who asks.</param>
    /// <param name="others">What the seed has told of its cluster.</param>
    public static OtherCluster Judge(
        IReadOnlyCollection<string> members, IReadOnlyCollection<string> inReach, IReadOnlyCollection<string> others)
    {
        ArgumentNullException.ThrowIfNull(inReach);
        if (others.Count == 0 || inReach.Count == 0 || others.Any(members.Contains)) return OtherCluster.None;

        var bySize = inReach.Count.CompareTo(others.Count);
        var first = string.CompareOrdinal(others.Min(StringComparer.Ordinal), inReach.Min(StringComparer.Ordinal));
        return (bySize == 0 ? first : bySize) > 0 ? OtherCluster.GivesWay : OtherCluster.Stays;
    }
}

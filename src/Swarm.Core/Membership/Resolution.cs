using System.Collections.Immutable;

namespace Swarm.Core.Membership;

/// <summary>Who goes on together when members of a cluster miss each other.</summary>
/// <remarks>
/// Pure. Those that go on all reach each other, and are a majority of the schedulers; so of two groups that would go on
/// without each other there never are two. As few as may be are left behind: of a link that only its two ends miss, one
/// end. Every node that knows the same comes to the same. Drawn in docs/cluster.md.
/// </remarks>
public static class Resolution
{
    /// <param name="members">All, in the one order that every node has them in.</param>
    /// <param name="missing">Who misses whom, by their names; one word of either end is enough.</param>
    /// <returns>The names of those that go on; none where that would be no majority of the schedulers.</returns>
    public static ImmutableHashSet<string> GoOn(
        IReadOnlyList<ResolvedMember> members, IReadOnlyCollection<(string By, string Missed)> missing)
    {
        ArgumentNullException.ThrowIfNull(members);
        ArgumentNullException.ThrowIfNull(missing);
        var left = Enumerable.Range(0, members.Count).ToList();
        var isCut = Cuts(members, missing);
        var first = left.Find(index => members[index].IsScheduler);
        while (left.Any(one => left.Exists(other => isCut[one, other])))
        {
            left.Remove(left
                .OrderByDescending(one => left.Count(other => isCut[one, other] && members[other].IsScheduler))
                .ThenByDescending(one => isCut[one, first])
                .ThenByDescending(one => left.Count(other => isCut[one, other]))
                .ThenBy(one => members[one].IsScheduler)
                .ThenByDescending(one => one)
                .First());
        }

        var goOn = left.Select(index => members[index].Name).ToImmutableHashSet(StringComparer.Ordinal);
        var schedulers = members.Where(member => member.IsScheduler).ToList();
        return Quorum.HasMajority(schedulers, member => goOn.Contains(member.Name)) ? goOn : goOn.Clear();
    }

    private static bool[,] Cuts(
        IReadOnlyList<ResolvedMember> members, IReadOnlyCollection<(string By, string Missed)> missing)
    {
        var index = members.Select((member, at) => (member.Name, at))
            .ToDictionary(member => member.Name, member => member.at, StringComparer.Ordinal);
        var cuts = new bool[members.Count, members.Count];
        foreach (var (by, missed) in missing)
        {
            if (by == missed || !index.TryGetValue(by, out var one) || !index.TryGetValue(missed, out var other))
                continue;
            cuts[one, other] = cuts[other, one] = true;
        }

        return cuts;
    }
}

/// <param name="Name">As <see cref="LookAround.NameOf"/> calls it.</param>
/// <param name="IsScheduler">Its vote counts.</param>
public readonly record struct ResolvedMember(string Name, bool IsScheduler);

using System.Collections.Immutable;

namespace Swarm.Core.Membership;

/// <summary>What one member has heard of the others since somebody is out of reach: who answers, and whom they
/// miss.</summary>
/// <remarks>
/// Pure; times are of the member's own clock. A member is a process, not an address: one that was started where
/// another has died answers for itself alone. Taken for the dead one it would keep that in the cluster, and a member
/// that has noticed the death would be left behind.
/// </remarks>
public sealed record LookAround
{
    private LookAround(string self, TimeSpan wordHolds, TimeSpan since) =>
        (Self, WordHolds, Since) = (self, wordHolds, since);

    /// <summary>How much later than this member the others begin to look around, and tell it.</summary>
    private static TimeSpan OthersBeginWithin => TimeSpan.FromMilliseconds(500);

    /// <summary>This member, as <see cref="NameOf"/> has it.</summary>
    public string Self { get; }

    /// <summary>Who has not answered for so long is missed: several questions were asked meanwhile.</summary>
    public TimeSpan WordHolds { get; }

    /// <summary>When it began to ask.</summary>
    public TimeSpan Since { get; }

    private ImmutableDictionary<string, (ReachAnswer Answer, TimeSpan At)> Heard { get; init; } =
        ImmutableDictionary.Create<string, (ReachAnswer, TimeSpan)>(StringComparer.Ordinal);

    public static LookAround Begin(string self, TimeSpan wordHolds, TimeSpan now) => new(self, wordHolds, now);

    /// <summary>What a member is called: no two processes have the same name.</summary>
    /// <param name="uid">What the cluster calls the process at that address by.</param>
    public static string NameOf(string address, int uid) => $"{address}#{uid}";

    public LookAround Take(ReachAnswer answer, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return this with { Heard = Heard.SetItem(NameOf(answer.Address, answer.Uid), (answer, now)) };
    }

    /// <summary>Whether those that are there have had the time to say so.</summary>
    public bool KnowsWhoIsThere(TimeSpan now) => now - Since >= WordHolds;

    /// <summary>Whether the others, who look around since they were asked, know that of themselves and have told
    /// it.</summary>
    public bool KnowsWhatOthersKnow(TimeSpan now) => now - Since >= WordHolds + OthersBeginWithin;

    /// <summary>Which of the members this one misses.</summary>
    public ImmutableArray<string> Missed(IEnumerable<string> members, TimeSpan now) =>
        [.. members.Where(member => IsMissed(member, now))];

    /// <summary>Whether everybody whose heartbeats are heard has told whom it misses: such a one is there, its word
    /// comes, or the heartbeats go missing, too.</summary>
    /// <param name="beating">The members whose heartbeats are heard.</param>
    public bool HasTheWordOf(IEnumerable<string> beating, TimeSpan now) => beating.All(
        member => member == Self || (!IsMissed(member, now) && Heard[member].Answer.HasLooked));

    /// <summary>Who misses whom, by what this member knows itself and by what those that answer have told it.</summary>
    public IEnumerable<(string By, string Missed)> Missing(IEnumerable<string> members, TimeSpan now) =>
        members.Where(member => member != Self).SelectMany(member => IsMissed(member, now)
            ? [(Self, member)]
            : Heard[member].Answer.Missed.Select(missed => (member, missed)));

    private bool IsMissed(string member, TimeSpan now) =>
        member != Self && !(Heard.TryGetValue(member, out var heard) && now - heard.At < WordHolds);
}

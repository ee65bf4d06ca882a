using System.Collections.Immutable;

namespace Swarm.Core.Membership;

/// <summary>How nodes that start find their cluster, or begin one together: never two at a time.</summary>
/// <remarks>
/// Pure; times are of the node's own clock since it started, and never compared with another's. A new cluster begins
/// with the votes of a majority of the seeds, none of which knows one that exists; who has voted lets nobody else
/// begin one for <see cref="VoteHolds"/>, unless whom it voted for says that it has stood down; and a vote counts
/// only for <see cref="VoteCounts"/>. Drawn in docs/cluster.md.
/// </remarks>
public sealed record Formation
{
    private static readonly ImmutableSortedDictionary<string, TimeSpan> None =
        ImmutableSortedDictionary.Create<string, TimeSpan>(StringComparer.Ordinal);

    private Formation(string self, ImmutableSortedSet<string> seeds) => (Self, Seeds) = (self, seeds);

    /// <summary>How long a vote binds the one that gave it while it hears nothing of whom it voted for.</summary>
    /// <remarks>Long: who was voted for may have begun, and its word of that been lost many times over.</remarks>
    public static TimeSpan VoteHolds => TimeSpan.FromSeconds(30);

    /// <summary>How long a vote counts for the one that asked for it, from its asking.</summary>
    public static TimeSpan VoteCounts => TimeSpan.FromSeconds(3);

    /// <summary>How long a seed counts as there after a word of it.</summary>
    public static TimeSpan WordHolds => TimeSpan.FromSeconds(3);

    /// <summary>How long a seed that is silent is waited for: it may be in a cluster.</summary>
    public static TimeSpan SilenceMeansAbsence => TimeSpan.FromSeconds(5);

    /// <summary>How long a node is silent before the connections to it are ended, and made anew; from then on each
    /// time twice as long as before, up to eight times.</summary>
    /// <remarks>It may be that nobody reads from the one over which its words would come.</remarks>
    public static TimeSpan SilenceEndsLines => TimeSpan.FromSeconds(5);

    /// <summary>How old an answer may be that names a cluster.</summary>
    public static TimeSpan AnswerHolds => TimeSpan.FromSeconds(2);

    public string Self { get; }

    public ImmutableSortedSet<string> Seeds { get; }

    /// <summary>How many seeds must be there before a new cluster begins.</summary>
    public int Needed => (Seeds.Count / 2) + 1;

    /// <summary>Whether this node has begun a cluster.</summary>
    public bool HasFormed { get; private init; }

    /// <summary>Whom to ask: the seeds, and all members that one of them has named.</summary>
    public IEnumerable<string> Others => Seeds.Union(Named).Remove(Self);

    private ImmutableSortedDictionary<string, TimeSpan> Heard { get; init; } = None;

    private ImmutableSortedDictionary<string, TimeSpan> Members { get; init; } = None;

    /// <summary>Who is in the cluster, as the last of its members said that was heard.</summary>
    private ImmutableArray<string> Named { get; init; } = [];

    /// <summary>Who voted for this node, with the time when it was asked to.</summary>
    private ImmutableSortedDictionary<string, TimeSpan> Votes { get; init; } = None;

    /// <summary>Whom this node voted for last and when, and when that one asked, by its own clock.</summary>
    private (string To, TimeSpan At, long Asked)? Promise { get; init; }

    private TimeSpan? StoodDown { get; init; }

    /// <summary>To whom the connections were ended since it was heard: when for the last time, and how often.</summary>
    private ImmutableSortedDictionary<string, (TimeSpan At, int Times)> Ended { get; init; } =
        ImmutableSortedDictionary.Create<string, (TimeSpan At, int Times)>(StringComparer.Ordinal);

    /// <param name="self">This node's address.</param>
    /// <param name="seeds">At least one; the same on every node. A node that is not among them only joins.</param>
    public static Formation Begin(string self, IEnumerable<string> seeds) =>
        new(self, [.. seeds.Order(StringComparer.Ordinal)]);

    /// <summary>Answers another node.</summary>
    /// <param name="isMember">Whether this node is in a cluster, of which it sees a majority.</param>
    public (Formation Next, FormationAnswer Answer) Answer(AskToForm ask, bool isMember, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(ask);
        var next = Hear(ask.Address, now);
        if (!ask.WantsVote && Promise is { } given && given.To == ask.Address && given.Asked < ask.Token)
            next = next with { Promise = null };

        var votes = !isMember && !HasFormed && ask.WantsVote && next.MayVoteFor(ask.Address, now);

        // Votes that this node has, or that are still on their way to it, count no more.
        if (votes) next = next.StandDown(now) with { Promise = (ask.Address, now, ask.Token) };
        return (next, new FormationAnswer(Self, isMember || HasFormed, votes, ask.Token));
    }

    /// <summary>Takes an answer of a seed.</summary>
    public Formation Take(FormationAnswer answer, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(answer);
        if (answer.Address == Self) return this;

        var next = Hear(answer.Address, now);
        next = next with
        {
            Members = answer.IsMember
                ? next.Members.SetItem(answer.Address, now)
                : next.Members.Remove(answer.Address),
            Named = answer.IsMember ? answer.Members : next.Named,
        };
        var asked = TimeSpan.FromTicks(answer.Token);
        return answer.Vote && Seeds.Contains(answer.Address) && !(asked <= StoodDown)
            ? next with { Votes = next.Votes.SetItem(answer.Address, asked) }
            : next;
    }

    /// <summary>What to do now; to be asked several times a second until the node is in a cluster.</summary>
    public (Formation Next, FormationStep Step) Look(TimeSpan now)
    {
        var known = Members.FirstOrDefault(member => now - member.Value <= AnswerHolds).Key;
        if (known is not null)
        {
            // One that some members cannot reach would be shut out again by those.
            return Unheard(now).IsEmpty
                ? (this, new FormationStep.Join(known))
                : (this, new FormationStep.Ask(WantsVote: false));
        }

        if (!MayBegin(now)) return (StandDown(now), new FormationStep.Ask(WantsVote: false));

        var candidate = this with { Promise = (Self, now, TokenAt(now)) };
        var votes = 1 + Votes.Count(vote => now - vote.Value < VoteCounts);
        return votes >= Needed && HasHeardAll(now)
            ? (candidate with { HasFormed = true }, new FormationStep.Form())
            : (candidate, new FormationStep.Ask(WantsVote: true));
    }

    /// <summary>To whom the connections are to be ended now, for too long nothing came over them.</summary>
    public (Formation Next, ImmutableArray<string> Silent) EndLines(TimeSpan now)
    {
        ImmutableArray<string> silent = [.. Others.Where(other => now - SilentSince(other) >= SilenceBears(other))];
        return (this with
        {
            Ended = Ended.SetItems(silent.Select(other => KeyValuePair.Create(other, (now, TimesEnded(other) + 1)))),
        }, silent);
    }

    /// <summary>What is waited for, in words for an operator.</summary>
    public string Explain(TimeSpan now)
    {
        var there = Seeds.Where(seed => seed == Self || IsHeard(seed, now)).ToArray();
        var seeds = $"of the seeds {string.Join(", ", Seeds)}, "
            + $"{(there.Length == 0 ? "none" : string.Join(", ", there))} answered";
        if (Unheard(now) is { IsEmpty: false } unheard)
            return $"{seeds}; members of the cluster that do not answer here: {string.Join(", ", unheard)}";
        return Seeds.Contains(Self)
            ? $"{seeds}; a new cluster begins when {Needed} of them are there, and none is in a cluster already"
            : $"{seeds}; {Self} is not among them, and only joins a cluster that one of them is in";
    }

    /// <summary>What goes with each question, and comes back with its answer.</summary>
    public static long TokenAt(TimeSpan now) => now.Ticks;

    private ImmutableArray<string> Unheard(TimeSpan now) =>
        [.. Named.Where(member => member != Self && !IsHeard(member, now))];

    private Formation Hear(string address, TimeSpan now) =>
        Seeds.Contains(address) || Named.Contains(address)
            ? this with { Heard = Heard.SetItem(address, now), Ended = Ended.Remove(address) }
            : this;

    private TimeSpan SilentSince(string other) =>
        Ended.TryGetValue(other, out var ended) ? ended.At : Heard.GetValueOrDefault(other);

    private TimeSpan SilenceBears(string other) => SilenceEndsLines * (1 << Math.Min(3, TimesEnded(other)));

    private int TimesEnded(string other) => Ended.TryGetValue(other, out var ended) ? ended.Times : 0;

    /// <summary>Gives up the votes it has, and those that it has asked for and that are still on their way.</summary>
    private Formation StandDown(TimeSpan now) => this with { Votes = None, StoodDown = now };

    private bool MayVoteFor(string candidate, TimeSpan now) =>
        Seeds.Contains(Self) && Seeds.Contains(candidate) && IsFirst(candidate, now)
        && (IsFree(candidate, now) || Promise?.To == Self);

    private bool MayBegin(TimeSpan now) => Seeds.Contains(Self) && IsFree(Self, now) && IsFirst(Self, now);

    private bool IsFree(string candidate, TimeSpan now) =>
        Promise is not { } promise || promise.To == candidate || now - promise.At >= VoteHolds;

    /// <summary>Of the seeds that are there, the first is let begin, so that they do not hinder each other.</summary>
    private bool IsFirst(string candidate, TimeSpan now) =>
        !Seeds.Any(seed => string.CompareOrdinal(seed, candidate) < 0 && (seed == Self || IsHeard(seed, now)));

    private bool IsHeard(string seed, TimeSpan now) =>
        Heard.TryGetValue(seed, out var at) && now - at < WordHolds;

    private bool HasHeardAll(TimeSpan now) =>
        now >= SilenceMeansAbsence || Seeds.All(seed => seed == Self || IsHeard(seed, now));
}

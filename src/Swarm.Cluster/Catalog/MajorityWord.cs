using Akka.Actor;
using Swarm.Core.Membership;

namespace Swarm.Cluster.Catalog;

/// <summary>Who answers this host, asked anew in rounds: whether a majority of the schedulers does, and whether the
/// one that others miss does after all.</summary>
/// <remarks>An answer counts for the round that it answers, however many have begun meanwhile: where each takes longer
/// than a round, one round after the other would end unheard.</remarks>
internal sealed class MajorityWord(Address self)
{
    /// <summary>How long after a round began an answer may take that is to be heard before nodes are judged.</summary>
    public static TimeSpan Patience => TimeSpan.FromMilliseconds(200);

    private readonly Queue<Round> _rounds = [];
    private long _last;

    /// <summary>When the last question was asked that a majority has answered; null when none was.</summary>
    public TimeSpan? ConfirmedAt { get; private set; }

    /// <summary>Whether this node has answered a question whose answers still count: whoever misses it, it is
    /// there.</summary>
    public bool Hears(string address) => _rounds.Any(round => round.Answered.Contains(address));

    /// <summary>Begins a round; those are forgotten whose answers would be too old to count.</summary>
    /// <returns>What to ask every other scheduler, and the nodes that are missed.</returns>
    public AskReach Begin(IReadOnlyList<Address> schedulers, TimeSpan now)
    {
        while (_rounds.TryPeek(out var oldest) && now - oldest.AskedAt > NodeSight.ConfirmationHolds) _rounds.Dequeue();
        var round = new Round(++_last, now);
        _rounds.Enqueue(round);
        Count(round, schedulers);
        return new AskReach(round.Number);
    }

    public void Take(ReachAnswer answer, IReadOnlyList<Address> schedulers)
    {
        var round = _rounds.FirstOrDefault(round => round.Number == answer.Round);
        if (round is not null && round.Answered.Add(answer.Address)) Count(round, schedulers);
    }

    private void Count(Round round, IReadOnlyList<Address> schedulers)
    {
        if (Quorum.HasMajority(schedulers, at => at == self || round.Answered.Contains(at.ToString()))
            && !(ConfirmedAt > round.AskedAt))
            ConfirmedAt = round.AskedAt;
    }

    private sealed record Round(long Number, TimeSpan AskedAt)
    {
        public HashSet<string> Answered { get; } = new(StringComparer.Ordinal);
    }
}

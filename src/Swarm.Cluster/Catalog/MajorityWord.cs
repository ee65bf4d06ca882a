using Akka.Actor;
using Swarm.Core.Membership;

namespace Swarm.Cluster.Catalog;

/// <summary>Whether a majority of the schedulers answers this host, asked anew in rounds.</summary>
internal sealed class MajorityWord(Address self)
{
    private readonly HashSet<string> _answered = new(StringComparer.Ordinal);
    private long _round;
    private TimeSpan _askedAt;

    /// <summary>When the last question was asked that a majority has answered; null when none was.</summary>
    public TimeSpan? ConfirmedAt { get; private set; }

    /// <summary>Begins a round.</summary>
    /// <returns>What to ask every other scheduler.</returns>
    public AskReach Begin(IReadOnlyList<Address> schedulers, TimeSpan now)
    {
        _answered.Clear();
        _askedAt = now;
        Count(schedulers);
        return new AskReach(++_round);
    }

    /// <returns>Whether the answer brought the majority.</returns>
    public bool Take(ReachAnswer answer, IReadOnlyList<Address> schedulers)
    {
        if (answer.Round != _round || !_answered.Add(answer.Address)) return false;

        var before = ConfirmedAt;
        Count(schedulers);
        return ConfirmedAt != before;
    }

    private void Count(IReadOnlyList<Address> schedulers)
    {
        if (Quorum.HasMajority(schedulers, at => at == self || _answered.Contains(at.ToString())))
            ConfirmedAt = _askedAt;
    }
}

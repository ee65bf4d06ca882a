using Akka.Actor;
using Swarm.Core.Membership;

namespace Swarm.Cluster.Catalog;

/// <summary>Who answers this host, asked anew in rounds: whether a majority of the schedulers does, and whether the
/// one that others miss does after all.</summary>
internal sealed class MajorityWord(Address self)
{
    /// <summary>How long after a round began an answer may take that is to be heard before nodes are judged.</summary>
    public static TimeSpan Patience => TimeSpan.FromMilliseconds(200);

    private readonly HashSet<string> _answered = new(StringComparer.Ordinal);
    private long _round;
    private TimeSpan _askedAt;

    /// <summary>When the last question was asked that a majority has answered; null when none was.</summary>
    public TimeSpan? ConfirmedAt { get; private set; }

    /// <summary>Whether this node has answered in the round that is on: whoever misses it, it is there.</summary>
    public bool Hears(string address) => _answered.Contains(address);

    /// <summary>Begins a round.</summary>
    /// <returns>What to ask every other scheduler, and the nodes that are missed.</returns>
    public AskReach Begin(IReadOnlyList<Address> schedulers, TimeSpan now)
    {
        _answered.Clear();
        _askedAt = now;
        Count(schedulers);
        return new AskReach(++_round);
    }

    public void Take(ReachAnswer answer, IReadOnlyList<Address> schedulers)
    {
        if (answer.Round == _round && _answered.Add(answer.Address)) Count(schedulers);
    }

    private void Count(IReadOnlyList<Address> schedulers)
    {
        if (Quorum.HasMajority(schedulers, at => at == self || _answered.Contains(at.ToString())))
            ConfirmedAt = _askedAt;
    }
}

using System.Collections.Immutable;

namespace Swarm.Core.Services;

/// <summary>A node's lease of an at-most-once service: how long it may run the service's containers.</summary>
/// <remarks>
/// Pure. Times are those of a clock that never goes back and is compared with no other. A renewal counts from when it
/// was asked for, so an answer that was long under way is worth little, and one after the end is worth nothing.
/// </remarks>
public sealed record NodeLease
{
    private ImmutableSortedDictionary<long, TimeSpan> Asked { get; init; } =
        ImmutableSortedDictionary<long, TimeSpan>.Empty;

    /// <summary>The number of the last question.</summary>
    public long Round { get; init; }

    /// <summary>When it runs out; null when there is none.</summary>
    public TimeSpan? Until { get; init; }

    /// <summary>The service's orders up to this one are to be known before anything is started by the lease: what
    /// else the node was once ordered may run elsewhere by now.</summary>
    public long Sequence { get; init; }

    /// <summary>It was got by a swarmd that has ended: what runs by it goes on, and nothing is started by it.</summary>
    public bool IsInherited { get; init; }

    public bool IsHeld(TimeSpan now) => Until > now;

    /// <summary>A lease that an earlier swarmd of this boot got and that has not run out.</summary>
    public static NodeLease Inherit(TimeSpan until) => new() { Until = until, IsInherited = true };

    /// <summary>Asks once more; the number of the question is <see cref="Round"/>.</summary>
    public NodeLease Ask(TimeSpan now) => this with
    {
        Round = Round + 1,
        Asked = Asked.RemoveRange(Asked.Where(one => one.Value + Lease.Longest <= now).Select(one => one.Key))
            .Add(Round + 1, now),
    };

    /// <summary>An answer has come.</summary>
    public NodeLease Renew(LeaseRenewed answer, TimeSpan now)
    {
        if (!Asked.TryGetValue(answer.Round, out var asked)) return this;
        var until = asked + answer.Length;
        if (until <= now) return this;
        var longer = until > Until ? until : Until ?? until;
        return IsHeld(now) && !IsInherited
            ? this with { Until = longer }
            : this with { Until = longer, Sequence = answer.Sequence, IsInherited = false };
    }

    /// <summary>It has run out: what was asked before is not waited for.</summary>
    public NodeLease Lose() =>
        this with { Until = null, IsInherited = false, Asked = ImmutableSortedDictionary<long, TimeSpan>.Empty };
}

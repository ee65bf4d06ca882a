namespace Swarm.Simulation.Time;

/// <summary>Virtual time: what is to happen, in order. It passes only from one happening to the next.</summary>
internal sealed class Timeline
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> _due = new();
    private long _order;

    public TimeSpan Elapsed { get; private set; }

    public DateTimeOffset Now => Start + Elapsed;

    /// <summary>Happenings so far.</summary>
    public long Steps { get; private set; }

    /// <summary>What is due at the same time happens in the order in which it was asked for.</summary>
    public void After(TimeSpan delay, Action act) =>
        _due.Enqueue(act, (Elapsed + (delay > TimeSpan.Zero ? delay : TimeSpan.Zero), ++_order));

    /// <summary>Lets the next thing happen; false when none is due by then, and it is then that time.</summary>
    public bool Step(TimeSpan until)
    {
        if (!_due.TryPeek(out _, out var next) || next.At > until)
        {
            Elapsed = until;
            return false;
        }

        var act = _due.Dequeue();
        Elapsed = next.At;
        Steps++;
        act();
        return true;
    }
}

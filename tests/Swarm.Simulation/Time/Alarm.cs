namespace Swarm.Simulation.Time;

/// <summary>A timer of an actor: set again, it forgets what it was set for before.</summary>
internal sealed class Alarm(Life life)
{
    private long _setting;

    public bool IsSet { get; private set; }

    public void Set(TimeSpan delay, Action act)
    {
        var mine = ++_setting;
        IsSet = true;
        life.After(delay, () =>
        {
            if (mine != _setting) return;
            IsSet = false;
            act();
        });
    }

    /// <summary>Rings again and again, until it is cancelled.</summary>
    public void SetPeriodic(TimeSpan period, Action act) => Set(period, () =>
    {
        SetPeriodic(period, act);
        act();
    });

    public void Cancel()
    {
        _setting++;
        IsSet = false;
    }
}

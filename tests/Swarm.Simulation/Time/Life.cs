namespace Swarm.Simulation.Time;

/// <summary>Of a process, or of an actor in it: after its end nothing of it happens any more.</summary>
/// <remarks>A process can be paused: what would happen meanwhile happens, in order, when it goes on.</remarks>
internal sealed class Life
{
    private readonly Timeline _timeline;
    private readonly Life? _process;
    private readonly List<Action> _backlog = [];
    private bool _isOver;
    private bool _isPaused;

    private Life(Timeline timeline, Life? process) => (_timeline, _process) = (timeline, process);

    public bool IsOver => _isOver || _process is { IsOver: true };

    public bool IsPaused => _isPaused || _process is { IsPaused: true };

    public static Life OfProcess(Timeline timeline) => new(timeline, process: null);

    /// <summary>An actor within the process: it ends with it, or earlier.</summary>
    public Life Begin() => new(_timeline, _process ?? this);

    public void End() => _isOver = true;

    public void After(TimeSpan delay, Action act) => _timeline.After(delay, () => Run(act));

    public void Run(Action act)
    {
        if (IsOver) return;
        if (IsPaused) (_process ?? this)._backlog.Add(() => Run(act));
        else act();
    }

    public void Pause() => _isPaused = true;

    public void Resume()
    {
        _isPaused = false;
        Action[] late = [.. _backlog];
        _backlog.Clear();
        foreach (var act in late) act();
    }
}

using System.Diagnostics;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Services;
using Swarm.Simulation.Hosts;
using Swarm.Simulation.Time;
using static Swarm.Core.Containers.ContainerEffect;

namespace Swarm.Simulation.Nodes;

/// <summary>Runs the container of one task, driving <see cref="ContainerLifecycle"/> as its actor does.</summary>
internal sealed class ContainerModel
{
    private static readonly TimeSpan DrainAtMost = TimeSpan.FromSeconds(2);

    private readonly HostProcess _process;
    private readonly EngineContainer _wanted;
    private readonly Action<Container> _moved;
    private readonly Life _life;
    private readonly Dictionary<string, Alarm> _alarms = [];
    private Container _container;

    public ContainerModel(HostProcess process, Container known, EngineContainer wanted, Action<Container> moved)
    {
        (_process, _container, _wanted, _moved) = (process, known, wanted, moved);
        _life = process.Life.Begin();
    }

    private Engine Engine => _process.Host.Engine;

    private TaskId Task => _wanted.Task;

    public void Start() => Happen(new ContainerEvent.Looked(Engine.Find(Task)?.Sight()));

    public void Stop() => _life.End();

    public void Order(TaskState desired) =>
        _life.After(TimeSpan.Zero, () => Happen(new ContainerEvent.Ordered(desired)));

    public void SeeExit(ContainerEnd end) =>
        _life.After(TimeSpan.Zero, () => Happen(new ContainerEvent.Exited(end)));

    private void Happen(ContainerEvent happened)
    {
        var before = _container;
        var step = ContainerLifecycle.Step(before, happened, _process.Now);
        _container = step.Next;
        foreach (var effect in step.Effects) CarryOut(effect);
        if (_container != before) _moved(_container);
    }

    private void CarryOut(ContainerEffect effect)
    {
        switch (effect)
        {
            case PrepareContainer:
                Engine.Create(
                    _life, _wanted, made => Happen(new ContainerEvent.Prepared(made.Sight())),
                    reason => Happen(new ContainerEvent.PrepareFailed(reason)));
                break;
            case AbandonPreparing: break;
            case StartContainer:
                Engine.Start(
                    _life, Task,
                    started => Happen(new ContainerEvent.Started(started.Sight() with { End = null })),
                    reason => Happen(new ContainerEvent.StartFailed(reason, IsTransient: true)));
                break;
            case DrainContainer: After("drain", DrainAtMost, new ContainerEvent.Drained()); break;
            case TerminateContainer terminate:
                After("grace", terminate.Grace, new ContainerEvent.GraceEnded());
                Signal(kill: false);
                break;
            case KillContainer kill:
                After("grace", kill.Again, new ContainerEvent.GraceEnded());
                Signal(kill: true);
                break;
            case WaitBackOff wait: After("back-off", wait.Delay, new ContainerEvent.BackOffEnded()); break;
            case RemoveContainer:
                Engine.Remove(_life, Task, () => Happen(new ContainerEvent.Removed()));
                break;
            case WaitToRemove wait: After("remove", wait.Delay, new ContainerEvent.RemoveDue()); break;
            default: throw new UnreachableException($"no way to carry out {effect}");
        }
    }

    private void Signal(bool kill)
    {
        Engine.Signal(Task, kill);
        if (Engine.Find(Task) is { IsRunning: false, End: { } end })
            _life.After(TimeSpan.Zero, () => Happen(new ContainerEvent.Exited(end)));
    }

    private void After(string timer, TimeSpan delay, ContainerEvent happens)
    {
        if (!_alarms.TryGetValue(timer, out var alarm)) _alarms[timer] = alarm = new Alarm(_life);
        alarm.Set(delay, () => Happen(happens));
    }
}

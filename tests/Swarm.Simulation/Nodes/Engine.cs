using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Simulation.Hosts;
using Swarm.Simulation.Time;

namespace Swarm.Simulation.Nodes;

/// <summary>The containers of a host. They outlive swarmd, and their records outlive a loss of power.</summary>
internal sealed class Engine(Stage stage, Host host)
{
    private readonly Dictionary<TaskId, EngineContainer> _containers = [];

    public IReadOnlyCollection<EngineContainer> Containers => _containers.Values;

    public IEnumerable<EngineContainer> Running => _containers.Values.Where(container => container.IsRunning);

    public EngineContainer? Find(TaskId task) => _containers.GetValueOrDefault(task);

    /// <summary>Making one that is there already finds it.</summary>
    public void Create(Life caller, EngineContainer wanted, Action<EngineContainer> made, Action<string> failed) =>
        caller.After(stage.Draws.Milliseconds(5, 400), () =>
        {
            if (!_containers.TryGetValue(wanted.Task, out var container))
            {
                if (stage.Draws.Once(stage.Weather.PrepareFailure))
                {
                    stage.Tally.Count("fault: container could not be made");
                    caller.Run(() => failed("the image is not there"));
                    return;
                }

                _containers[wanted.Task] = container = wanted;
                stage.Trace.Say($"{host}: made {wanted.Task} of slot {wanted.Slot}");
            }

            caller.After(stage.Draws.Milliseconds(0.1, 20), () => made(container));
        });

    public void Start(Life caller, TaskId task, Action<EngineContainer> started, Action<string> failed) =>
        caller.After(stage.Draws.Milliseconds(5, 200), () =>
        {
            if (!_containers.TryGetValue(task, out var container))
            {
                failed("there is no such container");
                return;
            }

            if (stage.Draws.Once(stage.Weather.StartFailure))
            {
                stage.Tally.Count("fault: container could not be started");
                failed("the host could not");
                return;
            }

            Run(container);
            caller.After(stage.Draws.Milliseconds(0.1, 20), () => started(container));
        });

    /// <summary>A container ends when it likes, or is killed and ends soon.</summary>
    public void Signal(TaskId task, bool kill)
    {
        if (!_containers.TryGetValue(task, out var container) || !container.IsRunning) return;
        if (!kill && container.Work == Workload.Stubborn) return;
        var run = container.Run;
        var wait = kill ? stage.Draws.Milliseconds(1, 20) : stage.Draws.Milliseconds(5, 1500);
        stage.Timeline.After(wait, () => End(container, run, kill ? 137 : 143));
    }

    public void Remove(Life caller, TaskId task, Action removed) =>
        caller.After(stage.Draws.Milliseconds(2, 100), () =>
        {
            if (_containers.Remove(task, out var container) && container.IsRunning)
                stage.Rules.Ended(container);
            caller.After(stage.Draws.Milliseconds(0.1, 5), removed);
        });

    /// <summary>All that ran has ended; of how, nothing is known.</summary>
    public void LosePower()
    {
        foreach (var container in Running.ToList()) End(container, container.Run, -1);
    }

    private void Run(EngineContainer container)
    {
        if (container.IsRunning) return;
        (container.Run, container.IsRunning, container.End) = (container.Run + 1, true, null);
        container.StartedAt = stage.Timeline.Now + host.Skew;
        stage.Trace.Say($"{host}: {container.Task} of slot {container.Slot} runs");
        stage.Rules.Started(host, container);

        var run = container.Run;
        if (stage.Draws.Once(stage.Weather.ContainerCrash))
        {
            stage.Timeline.After(stage.Draws.Seconds(0.05, 8), () =>
            {
                if (container.IsRunning && container.Run == run) stage.Tally.Count("fault: container crashed");
                End(container, run, 1);
            });
        }
        else if (container.Work == Workload.Completes)
        {
            stage.Timeline.After(stage.Draws.Seconds(0.1, 10), () => End(container, run, 0));
        }
    }

    private void End(EngineContainer container, int run, int exitCode)
    {
        if (!container.IsRunning || container.Run != run) return;
        if (!_containers.ContainsKey(container.Task)) return;
        container.IsRunning = false;
        container.End = new ContainerEnd(run, exitCode, OutOfMemory: false, stage.Timeline.Now + host.Skew);
        stage.Trace.Say($"{host}: {container.Task} of slot {container.Slot} ended with {exitCode}");
        stage.Rules.Ended(container);
        if (host.Process is { } process)
            process.Life.After(stage.Draws.Milliseconds(0.1, 10), () => process.Node.SeeExit(container));
    }
}

using Swarm.Core.Nodes;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

/// <summary>What becomes of a task's container once it was started.</summary>
public enum Fate
{
    Runs,
    Completes,
    Fails,
    IsRejected,
    NeverStarts,
}

/// <summary>A well-behaved node: it does what it is told, one state at a time, and reports it.
/// Stopping takes it longer than starting.</summary>
internal sealed class FleetNode(NodeId id, Func<TaskTemplate, TaskOrder, Fate> fateOf)
{
    private const int StepsToStop = 7;

    private readonly Dictionary<TaskId, Held> _tasks = [];
    private readonly HashSet<TaskId> _removed = [];
    private long _report;
    private long _sequence = -1;

    public NodeId Id => id;

    public bool Reachable { get; set; } = true;

    public NodeAvailability Availability { get; set; }

    public bool HasNothing => _tasks.Count + _removed.Count == 0;

    public bool IsStopping =>
        _tasks.Values.Any(task => task.Desired > TaskState.Running && task.State < TaskState.Complete);

    /// <summary>All it ever reported, for those that come again and late.</summary>
    public List<ReportTasks> Reports { get; } = [];

    public IEnumerable<int> RunningSlots =>
        _tasks.Values
            .Where(task => task is { State: TaskState.Running, IsBackingOff: false })
            .Select(task => task.Slot);

    public void Take(ApplyServiceTasks orders)
    {
        if (orders.Sequence < _sequence) return;
        _sequence = orders.Sequence;
        var templates = orders.Templates.ToDictionary(template => template.SpecVersion);
        foreach (var order in orders.Tasks)
        {
            if (_tasks.TryGetValue(order.Task, out var task))
                _tasks[order.Task] = task with { Desired = order.Desired };
            else if (order.Desired == TaskState.Remove) _removed.Add(order.Task);
            else _tasks[order.Task] = new Held(
                TaskState.Accepted, order.Desired, fateOf(templates[order.SpecVersion], order), order.Slot, 0);
        }

        Forget(_tasks.Keys.Except(orders.Tasks.Select(order => order.Task)).ToList());
    }

    /// <summary>Every task goes on by one state.</summary>
    public void Work()
    {
        foreach (var (number, task) in _tasks.ToList())
        {
            var stopping = task.Desired > TaskState.Running ? task.Stopping + 1 : 0;
            var next = task with { Stopping = stopping, State = Next(task with { Stopping = stopping }) };
            _tasks[number] = next;
            if (next.State < TaskState.Complete || next.Desired != TaskState.Remove) continue;
            _tasks.Remove(number);
            _removed.Add(number);
        }
    }

    /// <summary>The host went down: nothing of it runs any more.</summary>
    public void Crash()
    {
        foreach (var (number, task) in _tasks.ToList())
        {
            if (task.State < TaskState.Complete) _tasks[number] = task with { State = TaskState.Failed };
        }
    }

    /// <summary>The power was away: containers that ran are started again in place, after a while.</summary>
    public void CutPower()
    {
        foreach (var (number, task) in _tasks.ToList())
        {
            if (task.State == TaskState.Running)
                _tasks[number] = task with { Restarts = task.Restarts + 1, IsBackingOff = true };
        }
    }

    /// <summary>What waited to be started again in place runs.</summary>
    public void EndBackOff()
    {
        foreach (var (number, task) in _tasks.ToList()) _tasks[number] = task with { IsBackingOff = false };
    }

    public void Forget(IEnumerable<TaskId> tasks)
    {
        foreach (var task in tasks) _tasks.Remove(task);
    }

    public ReportTasks Report(ServiceName service, DateTimeOffset now)
    {
        Reports.Add(new ReportTasks(
            service, id, ++_report,
            [
                .. _tasks.Select(task => new TaskReport(
                    task.Key, task.Value.State, ReasonOf(task.Value.State), now, Observe(task.Key, task.Value))),
                .. _removed.Select(task => new TaskReport(task, TaskState.Remove, "", now, null)),
            ]));
        _removed.Clear();
        return Reports[^1];
    }

    private static ContainerObservation? Observe(TaskId task, Held held) => held.Restarts == 0
        ? null
        : new ContainerObservation
        {
            Id = ContainerId.Of(task),
            Restarts = held.Restarts,
            FinishedAt = held.IsBackingOff ? Specs.Noon : null,
        };

    private static string ReasonOf(TaskState state) =>
        state is TaskState.Failed or TaskState.Rejected ? "as the test wanted it" : $"it is {state}";

    private static TaskState Next(Held task) => (task.State, task.Desired) switch
    {
        ( >= TaskState.Complete, _) => task.State,
        (_, > TaskState.Running) => task.Stopping < StepsToStop ? task.State : TaskState.Shutdown,
        (TaskState.Accepted, _) => task.Fate == Fate.IsRejected ? TaskState.Rejected : TaskState.Preparing,
        (TaskState.Preparing, _) => TaskState.Ready,
        (TaskState.Ready, TaskState.Running) => TaskState.Starting,
        (TaskState.Starting, _) => task.Fate == Fate.NeverStarts ? task.State : TaskState.Running,
        (TaskState.Running, _) when task.Fate == Fate.Completes => TaskState.Complete,
        (TaskState.Running, _) when task.Fate == Fate.Fails => TaskState.Failed,
        _ => task.State,
    };

    private sealed record Held(TaskState State, TaskState Desired, Fate Fate, int Slot, int Stopping)
    {
        public int Restarts { get; init; }

        public bool IsBackingOff { get; init; }
    }
}

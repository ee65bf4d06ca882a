using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

/// <summary>What becomes of a task's container once it was started.</summary>
internal enum Fate
{
    Runs,
    Completes,
    Fails,
    IsRejected,
    NeverStarts,
}

/// <summary>A well-behaved node: it does what it is told, one state at a time, and reports it.</summary>
internal sealed class FleetNode(NodeId id, Func<TaskTemplate, TaskOrder, Fate> fateOf)
{
    private readonly Dictionary<TaskId, (TaskState State, TaskState Desired, Fate Fate, int Slot)> _tasks = [];
    private readonly HashSet<TaskId> _removed = [];
    private long _report;
    private long _sequence = -1;

    public NodeId Id => id;

    public bool Reachable { get; set; } = true;

    public IEnumerable<int> RunningSlots => _tasks.Values.Where(task => task.State == TaskState.Running).Select(task => task.Slot);

    public bool HasNothing => _tasks.Count + _removed.Count == 0;

    public void Take(ApplyServiceTasks orders)
    {
        if (orders.Sequence < _sequence) return;
        _sequence = orders.Sequence;
        var templates = orders.Templates.ToDictionary(template => template.SpecVersion);
        foreach (var order in orders.Tasks)
        {
            if (order.Desired == TaskState.Remove)
            {
                _tasks.Remove(order.Task);
                _removed.Add(order.Task);
                continue;
            }

            var known = _tasks.TryGetValue(order.Task, out var task);
            if (!known) task = (TaskState.Accepted, order.Desired, fateOf(templates[order.SpecVersion], order), order.Slot);
            _tasks[order.Task] = task with { Desired = order.Desired };
        }

        foreach (var unwanted in _tasks.Keys.Except(orders.Tasks.Select(order => order.Task)).ToList()) _tasks.Remove(unwanted);
    }

    /// <summary>Every task goes on by one state.</summary>
    public void Work()
    {
        foreach (var (task, (state, desired, fate, slot)) in _tasks.ToList())
        {
            _tasks[task] = (Next(state, desired, fate), desired, fate, slot);
        }
    }

    public void Forget(IEnumerable<TaskId> tasks)
    {
        foreach (var task in tasks) _tasks.Remove(task);
    }

    public ReportTasks Report(ServiceName service, DateTimeOffset now) => new(
        service, id, ++_report,
        [
            .. _tasks.Select(task => new TaskReport(task.Key, task.Value.State, ReasonOf(task.Value.State), now, null)),
            .. _removed.Select(task => new TaskReport(task, TaskState.Remove, "", now, null)),
        ]);

    public void Kept() => _removed.Clear();

    private static string ReasonOf(TaskState state) => state is TaskState.Failed or TaskState.Rejected ? "as the test wanted it" : "";

    private static TaskState Next(TaskState state, TaskState desired, Fate fate) => (state, desired) switch
    {
        ( >= TaskState.Complete, _) => state,
        (_, TaskState.Shutdown) => TaskState.Shutdown,
        (TaskState.Accepted, _) => fate == Fate.IsRejected ? TaskState.Rejected : TaskState.Preparing,
        (TaskState.Preparing, _) => TaskState.Ready,
        (TaskState.Ready, TaskState.Running) => TaskState.Starting,
        (TaskState.Starting, _) => fate == Fate.NeverStarts ? state : TaskState.Running,
        (TaskState.Running, _) when fate == Fate.Completes => TaskState.Complete,
        (TaskState.Running, _) when fate == Fate.Fails => TaskState.Failed,
        _ => state,
    };
}

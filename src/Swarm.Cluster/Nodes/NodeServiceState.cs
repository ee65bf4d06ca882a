using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Services;
using Swarm.Runtime.Nodes;

namespace Swarm.Cluster.Nodes;

/// <summary>All that a node knows of one service. It decides nothing about containers.</summary>
/// <remarks>Held by one <see cref="NodeServiceActor"/>; what of it must last is <see cref="Snapshot"/>.</remarks>
internal sealed class NodeServiceState(KeptService kept)
{
    // So many tasks fit well within one message.
    private const int TasksInReport = 100;

    private ImmutableArray<TaskTemplate> _templates = kept.Templates;

    public Dictionary<TaskId, NodeTask> Tasks { get; } = kept.Tasks.ToDictionary(
        task => task.Task, NodeTask.OnDisk);

    public ServiceId Id { get; private set; } = kept.Id;

    public long Sequence { get; private set; } = kept.Sequence;

    public long ReportNumber { get; private set; } = kept.Report;

    public TaskTemplate? TemplateOf(KeptTask task) =>
        _templates.FirstOrDefault(template => template.SpecVersion == task.SpecVersion);

    public KeptService Snapshot() => new()
    {
        Name = kept.Name,
        Id = Id,
        Sequence = Sequence,
        Report = ReportNumber,
        Templates =
            [.. _templates.Where(template => Tasks.Values.Any(task => task.Kept.SpecVersion == template.SpecVersion))],
        Tasks = [.. Tasks.Values.Select(task => task.Kept)],
    };

    /// <summary>Takes up an order: new tasks come in, known ones get their new desire,
    /// unlisted ones are to be removed.</summary>
    /// <param name="exists">Whether the host has a container of a task: then it is taken up,
    /// whatever the node forgot of it.</param>
    public void Take(CarryOutOrder taken, Func<TaskId, bool> exists, DateTimeOffset now)
    {
        var order = taken.Order;
        (Id, Sequence) = (order.Id, order.Sequence);
        var listed = order.Templates.Select(template => template.SpecVersion).ToHashSet();
        _templates = [.. order.Templates, .. _templates.Where(template => !listed.Contains(template.SpecVersion))];

        foreach (var wanted in order.Tasks)
        {
            if (Tasks.TryGetValue(wanted.Task, out var known)) Want(known, wanted.Desired);
            else if (exists(wanted.Task) && listed.Contains(wanted.SpecVersion))
                Tasks[wanted.Task] = new NodeTask(Accept(wanted, now));
            else Tasks[wanted.Task] = new NodeTask(Begin(wanted, taken.Rejected.GetValueOrDefault(wanted.Task), now));
        }

        var tasks = order.Tasks.Select(task => task.Task).ToHashSet();
        foreach (var (_, dropped) in Tasks.Where(task => !tasks.Contains(task.Key))) Want(dropped, TaskState.Remove);
        foreach (var task in Tasks.Values.Where(task => task.Actor is null)) RemoveWithoutContainer(task, now);
        if (order.ReportAll) TellAll();
    }

    /// <summary>Everything is to be reported once more, whatever the service has kept of it.</summary>
    public void TellAll()
    {
        foreach (var task in Tasks.Values) (task.ToldIn, task.IsKnown) = (null, false);
    }

    /// <summary>The service knows nothing of these: they are to be removed.</summary>
    public void Disown(ImmutableArray<TaskId> unknown, DateTimeOffset now)
    {
        foreach (var id in unknown)
        {
            if (!Tasks.TryGetValue(id, out var task)) continue;
            Want(task, TaskState.Remove);
            if (task.Actor is null) RemoveWithoutContainer(task, now);
        }
    }

    public static void Move(NodeTask task, Container container, DateTimeOffset now)
    {
        task.IsSeen = true;
        var report = container.Report(now);
        if (report with { At = task.Kept.At } == task.Report) return;

        var at = report.State == task.Kept.State ? task.Kept.At : now;
        Tell(task,
            task.Kept with { State = report.State, Reason = report.Reason, At = at, Container = report.Container });
    }

    /// <summary>What the service has not kept yet. Null when it knows everything that was seen here.</summary>
    public ReportTasks? NextReport(NodeId node) => NextReport(node, _ => true);

    /// <summary>What the service is to hear of it though the disk does not take it: that tasks have ended.</summary>
    /// <remarks>A node that comes back after a crash then sees the same end, or begins what its service takes back at
    /// once. Of what may run once at most not even that may be, so it waits for the disk.</remarks>
    public ReportTasks? NextUnkeptReport(NodeId node)
    {
        // Nothing was told of the others; the answer to this report is none to them.
        foreach (var task in Tasks.Values.Where(task => !task.IsKnown && !MayBeTold(task))) task.ToldIn = null;
        return NextReport(node, MayBeTold);

        bool MayBeTold(NodeTask task) =>
            task.Kept.State is TaskState.Complete or TaskState.Failed or TaskState.Rejected
            && TemplateOf(task.Kept) is not { AtMostOnce: true };
    }

    private ReportTasks? NextReport(NodeId node, Func<NodeTask, bool> isToTell)
    {
        var untold = Tasks.Values
            .Where(task => task is { IsKnown: false, IsSeen: true } && isToTell(task))
            .OrderBy(task => task.ToldIn ?? long.MaxValue)
            .Take(TasksInReport)
            .ToList();
        if (untold.Count == 0) return null;

        if (untold.Any(task => task.ToldIn is null)) ReportNumber++;
        foreach (var task in untold) task.ToldIn ??= ReportNumber;
        return new ReportTasks(kept.Name, node, ReportNumber, [.. untold.Select(task => task.Report)]);
    }

    /// <summary>The service has kept a report.</summary>
    /// <returns>Tasks of which nothing is left here, and which it knows to be gone: forgotten now.</returns>
    public ImmutableArray<NodeTask> Acknowledge(TasksReportKept answer)
    {
        foreach (var task in Tasks.Values.Where(task => task.ToldIn <= answer.Report)) task.IsKnown = true;
        var gone = Tasks.Values.Where(task => task.IsKnown && task.Kept.State == TaskState.Remove).ToImmutableArray();
        foreach (var task in gone) Tasks.Remove(task.Kept.Task);
        return gone;
    }

    private static KeptTask Begin(TaskOrder wanted, string? refusal, DateTimeOffset now)
    {
        var (state, reason) = (refusal, wanted.Desired) switch
        {
            ({ } why, _) => (TaskState.Rejected, why),
            (null, TaskState.Remove) => (TaskState.Remove, ""),
            (null, TaskState.Shutdown) => (TaskState.Shutdown, "it never was on this node"),
            _ => (TaskState.Accepted, ""),
        };
        return Accept(wanted, now) with { State = state, Reason = reason };
    }

    private static KeptTask Accept(TaskOrder wanted, DateTimeOffset now) => new(
        wanted.Task, wanted.Slot, wanted.SpecVersion, wanted.Desired, TaskState.Accepted, "", now, null);

    private static void Want(NodeTask task, TaskState desired)
    {
        if (desired > task.Kept.Desired) task.Kept = task.Kept with { Desired = desired };
    }

    /// <summary>A task that was never let in has nothing to be stopped.</summary>
    private static void RemoveWithoutContainer(NodeTask task, DateTimeOffset now)
    {
        if (task.Kept is { Desired: TaskState.Remove, State: not TaskState.Remove, Container: null } kept
            && kept.State >= TaskState.Complete)
        {
            Tell(task, kept with { State = TaskState.Remove, At = now });
        }
    }

    private static void Tell(NodeTask task, KeptTask kept) =>
        (task.Kept, task.ToldIn, task.IsKnown) = (kept, null, false);
}

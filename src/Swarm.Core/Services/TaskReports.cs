using System.Collections.Immutable;

namespace Swarm.Core.Services;

/// <summary>What nodes report of tasks: what of it is news, and what follows for the slot, the
/// node and the update.</summary>
internal static class TaskReports
{
    private const int NodeFailuresKept = 10;

    /// <summary>The part of a report that says something new; null when none does.</summary>
    /// <remarks>The same task twice in one report is taken as the later one, which is listed last.</remarks>
    public static ServiceEvent? Decide(ServiceState state, ReportTasks report, DateTimeOffset now)
    {
        var news = new List<TaskReport>();
        foreach (var seen in report.Tasks.GroupBy(seen => seen.Task).Select(same => same.MaxBy(seen => seen.State)!))
        {
            if (state.Find(seen.Task) is { } task && task.Node == report.Node && IsNews(task, seen)) news.Add(seen);
        }

        return news.Count == 0 ? null : new ServiceEvent.TasksReported(report.Node, [.. news], now);
    }

    public static ServiceState Keep(ServiceState state, ServiceEvent.TasksReported reported)
    {
        foreach (var seen in reported.Tasks)
        {
            if (state.Find(seen.Task) is { } task) state = Keep(state, task, seen, reported.At);
        }

        return state;
    }

    /// <summary>Observed state moves forward only; within a state, what is seen of the container may change.</summary>
    private static bool IsNews(ServiceTask task, TaskReport seen)
    {
        if (seen.State == TaskState.Remove) return task.Desired == TaskState.Remove || !task.HasEnded();
        if (seen.State <= TaskState.Assigned || seen.State < task.State) return false;
        if (seen.State > task.State) return !task.HasEnded();
        return task.Unseen || seen.Reason != task.Reason || !SameContainer(task.Container, seen.Container);
    }

    private static bool SameContainer(ContainerObservation? kept, ContainerObservation? seen)
    {
        if (seen is null || seen.Restarts < (kept?.Restarts ?? 0)) return true; // nothing seen, or seen earlier
        return kept is not null && kept.Addresses.SequenceEqual(seen.Addresses) && kept.Ports.SequenceEqual(seen.Ports)
            && kept with { Addresses = [], Ports = [] } == seen with { Addresses = [], Ports = [] };
    }

    private static ServiceState Keep(ServiceState state, ServiceTask task, TaskReport seen, DateTimeOffset at)
    {
        if (seen.State == TaskState.Remove)
        {
            if (task.Desired == TaskState.Remove) return state with { Tasks = state.Tasks.Remove(task.Number()) };
            seen = seen with { State = TaskState.Failed, Reason = $"node {task.Node} no longer has it" };
        }

        var next = task with
        {
            State = seen.State,
            Reason = seen.Reason,
            ChangedAt = seen.State == task.State ? task.ChangedAt : at,
            Container = Later(task.Container, seen.Container),
            Unseen = false,
            BegunAnew = task.BegunAnew || (WasAway(state, task) && WasRestarted(task.Container, seen.Container)),
        };
        var ended = next.HasEnded() && !task.HasEnded();
        if (ended && next.Desired < TaskState.Shutdown) next = next with { Desired = TaskState.Shutdown };
        state = state with { Tasks = state.Tasks.SetItem(task.Number(), next) };

        // One that was asked to stop has no say any more in what follows.
        if (task.Desired > TaskState.Running) return state;
        if (Rollout.CountsAsFailure(state, task, next, at)) state = Rollout.KeepFailure(state, task.Slot);
        return ended ? KeepEnd(state, task, next, at) : state;
    }

    /// <summary>Its node may report before the service is told that it is in reach again.</summary>
    private static bool WasAway(ServiceState state, ServiceTask task) => task.Unseen || state.IsLost(task.Node);

    private static bool WasRestarted(ContainerObservation? kept, ContainerObservation? seen) =>
        (seen?.Restarts ?? 0) > (kept?.Restarts ?? 0);

    private static ContainerObservation? Later(ContainerObservation? kept, ContainerObservation? seen) =>
        seen is null || (kept is not null && seen.Restarts < kept.Restarts) ? kept : seen;

    private static ServiceState KeepEnd(ServiceState state, ServiceTask before, ServiceTask ended, DateTimeOffset at)
    {
        var mates = state.Tasks.Values.Where(task => task.Slot == ended.Slot).ToList();

        // A slot may have a task of another specification, or one that a lost node brings back, beside the one that
        // counts; but what a job's task has done is done.
        if (state.Slots.TryGetValue(ended.Slot, out var slot) && ended.IsUpToDate(state)
            && (!IsReplaced(state, ended, mates) || (state.Spec.IsJob() && ended.State == TaskState.Complete)))
        {
            var next = RestartRules.AfterEnd(slot, state.Spec, before, ended, at);
            state = state with { Slots = state.Slots.SetItem(ended.Slot, next) };
        }

        state = EndMoves(state, mates);

        return ended.State is TaskState.Failed or TaskState.Rejected ? KeepNodeFailure(state, ended, at) : state;
    }

    private static bool IsReplaced(ServiceState state, ServiceTask ended, List<ServiceTask> mates) =>
        mates.Exists(task => task.Id != ended.Id && task.IsLive() && task.IsUpToDate(state)
            && !task.Unseen && !task.IsLeaving(state) && !state.IsLost(task.Node));

    /// <summary>What cannot even run elsewhere stays where it is.</summary>
    private static ServiceState EndMoves(ServiceState state, List<ServiceTask> mates)
    {
        var staying = mates.Where(task => task is { Leaving.Length: > 0, Desired: < TaskState.Shutdown });
        return state with
        {
            Tasks = state.Tasks.SetItems(
                staying.Select(task => KeyValuePair.Create(task.Number(), task with { Leaving = "" }))),
        };
    }

    private static ServiceState KeepNodeFailure(ServiceState state, ServiceTask ended, DateTimeOffset at)
    {
        if (ended.Node is not { } node) return state;
        var mark = state.Nodes.GetValueOrDefault(node.Value, NodeMark.None);
        var failures = mark.Failures.Length < NodeFailuresKept ? mark.Failures : mark.Failures.RemoveAt(0);
        return state with { Nodes = state.Nodes.SetItem(node.Value, mark with { Failures = failures.Add(at) }) };
    }
}

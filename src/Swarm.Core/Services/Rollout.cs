using System.Collections.Immutable;
using System.Globalization;

namespace Swarm.Core.Services;

/// <summary>How the tasks of one specification are replaced by those of the next.</summary>
/// <remarks>
/// A new task is prepared beside the old one. With stop-first the old one is asked to stop once the new one is ready,
/// and the new one starts when the old one has stopped; so a task that cannot even be prepared takes nothing down. With
/// start-first the old one stops when the new one runs. A task counts as running when its node says so, which, for one
/// with a health check, is when it is healthy.
/// </remarks>
internal static class Rollout
{
    /// <summary>The update has failed too often, or is done.</summary>
    public static ServiceEvent? Turn(ServiceState state, Dictionary<int, SlotTasks> slots, DateTimeOffset now)
    {
        var (update, policy) = (state.Update, state.Spec.Update);
        if (!update.IsRolling) return null;

        var failed = update.FailedSlots.Count(state.Slots.ContainsKey);
        if (failed > 0 && policy.FailureAction != UpdateFailureAction.Continue
            && (double)failed / state.Slots.Count > policy.MaxFailureRatio)
        {
            var reason = FailureReason(state, failed);
            var back = policy.FailureAction == UpdateFailureAction.Rollback && update.Phase == UpdatePhase.Updating
                && state.PreviousVersion != 0;
            return back
                ? new ServiceEvent.RollbackBegun(reason, now)
                : new ServiceEvent.UpdateMoved(UpdatePhase.Paused, reason, now);
        }

        if (DoneAt(state, slots) is not { } done || done > now) return null;
        return update.Phase == UpdatePhase.Updating
            ? new ServiceEvent.UpdateMoved(UpdatePhase.Completed, "", now)
            : new ServiceEvent.UpdateMoved(UpdatePhase.RolledBack, update.Reason, now);
    }

    /// <summary>When the update is done, provided that nothing fails until then; null while
    /// tasks are still on their way.</summary>
    public static DateTimeOffset? DoneAt(ServiceState state, Dictionary<int, SlotTasks> slots)
    {
        if (!state.Update.IsRolling) return null;
        DateTimeOffset? last = null;
        foreach (var (number, slot) in state.Slots)
        {
            var tasks = SlotTasks.In(slots, number);
            if (slot.End != SlotEnd.None && !tasks.HasLive) continue;
            if (tasks.Stopping
                || tasks.Outdated.Count > 0
                || tasks.Current is not [{ State: TaskState.Running } running])
                return null;
            if (!(last > running.ChangedAt)) last = running.ChangedAt;
        }

        return last is { } at ? at + state.Spec.Update.Monitor : state.Update.StartedAt;
    }

    /// <summary>Brings slots that have two tasks to one, and lets a task start whose place has become free.</summary>
    public static ImmutableArray<ServiceEvent> Advance(ServiceState state, Dictionary<int, SlotTasks> slots)
    {
        var stop = ImmutableArray.CreateBuilder<long>();
        var start = ImmutableArray.CreateBuilder<long>();
        foreach (var slot in slots.Values.Where(slot => slot.HasLive)) Advance(state, slot, stop, start);

        var events = ImmutableArray.CreateBuilder<ServiceEvent>();
        if (stop.Count > 0) events.Add(new ServiceEvent.TasksDesired(stop.ToImmutable(), TaskState.Shutdown, ""));
        if (start.Count > 0) events.Add(new ServiceEvent.TasksDesired(start.ToImmutable(), TaskState.Running, ""));
        return events.ToImmutable();
    }

    /// <summary>Makes new tasks beside as many outdated ones as may be replaced at this time.</summary>
    public static ServiceEvent? Begin(ServiceState state, Dictionary<int, SlotTasks> slots, DateTimeOffset now)
    {
        if (BeginAt(state, slots) is not { } at || at > now) return null;

        var next = Waiting(state, slots, now)
            .OrderBy(slot => state.Update.FailedSlots.Contains(slot))
            .ThenBy(slot => slots[slot].Outdated.Any(task => task.State == TaskState.Running))
            .ThenBy(slot => slot).Take(FreePlaces(state, slots)).Order().ToImmutableArray();
        var desired = state.Spec.Update.Order == UpdateOrder.StopFirst ? TaskState.Ready : TaskState.Running;
        return next.IsEmpty ? null : new ServiceEvent.TasksCreated(next, desired, now);
    }

    /// <summary>When the next slots may be begun; null when none waits, or as many as may are under way.</summary>
    public static DateTimeOffset? BeginAt(ServiceState state, Dictionary<int, SlotTasks> slots)
    {
        if (!state.Update.IsRolling || FreePlaces(state, slots) <= 0) return null;
        if (!Waiting(state, slots, DateTimeOffset.MaxValue).Any()) return null;

        var done = slots.Values
            .SelectMany(slot => slot.Current)
            .Where(task => task.State == TaskState.Running && task.CreatedAt >= state.Update.StartedAt)
            .Select(task => (DateTimeOffset?)task.ChangedAt).Max();
        return done is { } last ? last + state.Spec.Update.Delay : state.Update.StartedAt;
    }

    /// <summary>A new task has ended, or was restarted by its node, before it had run for as
    /// long as it is watched.</summary>
    public static bool CountsAsFailure(ServiceState state, ServiceTask before, ServiceTask after, DateTimeOffset at)
    {
        if (!state.Update.IsRolling || after.SpecVersion != state.Version) return false;
        if (before.State == TaskState.Running && at - before.ChangedAt > state.Spec.Update.Monitor) return false;
        if (!after.HasEnded()) return (after.Container?.Restarts ?? 0) > (before.Container?.Restarts ?? 0);
        return after.State != TaskState.Orphaned
            && !(after.State == TaskState.Complete && state.Spec.Restart.Condition != RestartCondition.Any);
    }

    public static ServiceState KeepFailure(ServiceState state, int slot) => state.Update.FailedSlots.Contains(slot)
        ? state
        : state with { Update = state.Update with { FailedSlots = state.Update.FailedSlots.Add(slot) } };

    private static void Advance(
        ServiceState state, SlotTasks slot, ImmutableArray<long>.Builder stop, ImmutableArray<long>.Builder start)
    {
        var current = Best(slot.Current, stop);
        var outdated = Best(slot.Outdated, stop);
        var startFirst = state.Spec.Update.Order == UpdateOrder.StartFirst;
        if (current is not null && outdated is not null && GivesWay(state, current, outdated, startFirst))
        {
            stop.Add(outdated.Number());
        }

        var waits = current ?? outdated;
        if (waits is not { Desired: < TaskState.Running }) return;
        var alone = slot.Current.Count + slot.Outdated.Count == 1 && !slot.Stopping;
        if (alone || (startFirst && current is not null)) start.Add(waits.Number());
    }

    /// <summary>Of tasks that are one too many the one that runs stays, or else the oldest.</summary>
    private static ServiceTask? Best(List<ServiceTask> tasks, ImmutableArray<long>.Builder stop)
    {
        if (tasks.Count <= 1) return tasks.Count == 0 ? null : tasks[0];
        var best = tasks.Find(task => task.State == TaskState.Running) ?? tasks[0];
        stop.AddRange(tasks.Where(task => task != best).Select(TaskFacts.Number));
        return best;
    }

    private static bool GivesWay(ServiceState state, ServiceTask current, ServiceTask outdated, bool startFirst)
    {
        if (outdated.State < TaskState.Running) return true;
        if (startFirst) return current.State == TaskState.Running;
        return current.State >= TaskState.Ready || (current.IsPending() && state.Placement.LacksRoom);
    }

    private static IEnumerable<int> Waiting(ServiceState state, Dictionary<int, SlotTasks> slots, DateTimeOffset now) =>
        state.Slots.Where(slot => slot.Value.End == SlotEnd.None && !(slot.Value.RetryAt > now)
                && SlotTasks.In(slots, slot.Key) is { Current.Count: 0, Outdated.Count: > 0 })
            .Select(slot => slot.Key);

    private static int FreePlaces(ServiceState state, Dictionary<int, SlotTasks> slots)
    {
        if (state.Spec.Update.Parallelism == 0) return int.MaxValue;
        var underWay = state.Slots.Keys.Select(slot => SlotTasks.In(slots, slot))
            .Count(slot => slot.Current.Count > 0
                && (slot.Stopping
                    || slot.Outdated.Count > 0
                    || slot.Current.Exists(task => task.State != TaskState.Running)));
        return state.Spec.Update.Parallelism - underWay;
    }

    private static string FailureReason(ServiceState state, int failed)
    {
        var slot = state.Update.FailedSlots.First(state.Slots.ContainsKey);
        var why = state.Tasks.Values.LastOrDefault(task => task.Slot == slot
            && task.SpecVersion == state.Version
            && task.Reason.Length > 0)?.Reason;
        return string.Create(CultureInfo.InvariantCulture,
            $"{failed} of {state.Slots.Count} slots failed after the update; slot {slot}: {why ?? "it was restarted"}");
    }
}

using System.Globalization;

namespace Swarm.Core.Services;

/// <summary>How the tasks of one specification are replaced by those of the next.</summary>
/// <remarks>How each is replaced: <see cref="Replacement"/>.</remarks>
internal static class Rollout
{
    /// <summary>The update has failed too often, or is done.</summary>
    public static ServiceEvent? Turn(ServiceState state, Dictionary<int, SlotTasks> slots, DateTimeOffset now)
    {
        var (update, policy) = (state.Update, state.Policy);
        if (!update.IsRolling) return Resume(state, slots, now);

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
            if (state.IsLost(slot.Node)) continue;
            if (tasks.Stopping
                || tasks.Old.Count + tasks.Returning.Count > 0
                || tasks.Current is not [{ State: TaskState.Running } running])
                return null;
            if (!(last > running.ChangedAt)) last = running.ChangedAt;
        }

        return last?.Plus(state.Policy.Monitor) ?? state.Update.StartedAt;
    }

    /// <summary>A new task has ended, or was restarted by its node, before it had run for as
    /// long as it is watched.</summary>
    public static bool CountsAsFailure(ServiceState state, ServiceTask before, ServiceTask after, DateTimeOffset at)
    {
        if (!state.Update.IsRolling || after.SpecVersion != state.Version) return false;
        if (before.State == TaskState.Running && at - before.ChangedAt > state.Policy.Monitor) return false;
        if (!after.HasEnded()) return (after.Container?.Restarts ?? 0) > (before.Container?.Restarts ?? 0);
        return after.State != TaskState.Orphaned
            && !(after.State == TaskState.Complete && state.Spec.Restart.Condition != RestartCondition.Any);
    }

    public static ServiceState KeepFailure(ServiceState state, int slot) => state.Update.FailedSlots.Contains(slot)
        ? state
        : state with { Update = state.Update with { FailedSlots = state.Update.FailedSlots.Add(slot) } };

    /// <summary>A node that was lost during an update may bring back a task that the update has passed over.</summary>
    private static ServiceEvent.UpdateMoved? Resume(
        ServiceState state, Dictionary<int, SlotTasks> slots, DateTimeOffset now) =>
        state.Update.Phase is UpdatePhase.Completed or UpdatePhase.RolledBack && !state.Spec.IsJob()
        && slots.Values.Any(slot => slot.Current.Count == 0
            && slot.Old.Exists(task => task.SpecVersion != state.Version))
            ? new ServiceEvent.UpdateMoved(UpdatePhase.Updating, "", now)
            : null;

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

using System.Collections.Immutable;

namespace Swarm.Core.Services;

/// <summary>What is still to be done so that a service becomes what it shall be: one step at a time.</summary>
internal static class Reconcile
{
    private const int PastKeptPerSlot = 5;
    private const int PastKept = 1000;

    /// <summary>The events of the next step; none when there is nothing to be done at this time.</summary>
    public static ImmutableArray<ServiceEvent> Step(ServiceState state, LeaseHolds holds, DateTimeOffset now)
    {
        if (!state.Exists) return [];
        if (ClockRules.IsBehind(state, now)) return [new ServiceEvent.IncarnationBegun(now)];
        if (LeaveLostNodes(state, now) is { Length: > 0 } leaving) return leaving;
        if (state.Nodes.Values.Any(mark => mark.Lost) && EndLeases(state, holds, now) is { Length: > 0 } ended)
            return ended;
        if (Forget(state, holds, now) is { } forgotten) return [forgotten];
        if (state.Removing) return [];

        var slots = SlotTasks.Of(state, holds, now);
        if (RunRules.Step(state, now) is { Length: > 0 } runs) return runs;
        if (Resize(state, slots) is { } resized) return [resized];
        if (Rollout.Turn(state, slots, now) is { } turned) return [turned];
        if (Replacement.Advance(state, slots) is { Length: > 0 } advanced) return advanced;
        if (Fill(state, slots, now) is { Length: > 0 } filled) return filled;
        if (Replacement.Begin(state, slots, now) is { } begun) return [begun];
        if (JobRules.Expire(state, now) is { } expired) return [expired];
        return TrimPast(slots) is { } trimmed ? [trimmed] : [];
    }

    private static ImmutableArray<ServiceEvent> LeaveLostNodes(ServiceState state, DateTimeOffset now) =>
    [
        .. state.Nodes.Where(mark => mark.Value.ForgetAt <= now)
            .Select(mark => new ServiceEvent.NodeForgotten(new NodeId(mark.Key))),
        .. state.Nodes.Where(mark => mark.Value.LostAt(state.Spec) <= now)
            .Select(mark => new ServiceEvent.NodeLost(new NodeId(mark.Key))),
    ];

    /// <summary>When the lease of a lost node has run out its tasks have ended, and never go on.</summary>
    private static ImmutableArray<ServiceEvent> EndLeases(ServiceState state, LeaseHolds holds, DateTimeOffset now) =>
    [
        .. state.Tasks
            .Where(task => task.Value.IsLive() && LeaseRules.HeldUntil(state, task.Value, holds) <= now)
            .GroupBy(task => task.Value.Node!.Value, task => task.Key)
            .Select(tasks => new ServiceEvent.TasksDesired(
                [.. tasks], TaskState.Shutdown, $"node {tasks.Key} is out of reach, and its lease has run out")),
    ];

    /// <summary>Tasks to be rid of that no node knows. A lost node that returns reports them sooner or later,
    /// and is told to remove them.</summary>
    private static ServiceEvent.TasksForgotten? Forget(ServiceState state, LeaseHolds holds, DateTimeOffset now)
    {
        var forgotten = state.Tasks
            .Where(task => task.Value.Desired > TaskState.Running && (task.Value.Node is null
                || (task.Value.Desired == TaskState.Remove && state.IsLost(task.Value.Node)
                    && !(LeaseRules.HeldUntil(state, task.Value, holds) > now))))
            .Select(task => task.Key).ToImmutableArray();
        return forgotten.IsEmpty ? null : new ServiceEvent.TasksForgotten(forgotten);
    }

    private static ServiceEvent? Resize(ServiceState state, Dictionary<int, SlotTasks> slots)
    {
        var count = state.SlotCount();
        if (state.Slots.Count < count)
        {
            var free = Enumerable.Range(1, count).Where(slot => !state.Slots.ContainsKey(slot));
            return new ServiceEvent.SlotsOpened([.. free.Take(count - state.Slots.Count)]);
        }

        if (state.Slots.Count == count) return null;
        var least = state.Slots
            .OrderBy(slot => Worth(slot.Value, SlotTasks.In(slots, slot.Key)))
            .ThenByDescending(slot => slot.Key);
        return new ServiceEvent.SlotsClosed(
            [.. least.Take(state.Slots.Count - count).Select(slot => slot.Key).Order()]);
    }

    /// <summary>What would be lost with a slot: a task's finished work above one that runs,
    /// above one on its way.</summary>
    private static int Worth(Slot slot, SlotTasks tasks)
    {
        if (slot.End == SlotEnd.Completed) return 3;
        var live = tasks.Current.Concat(tasks.Old).Concat(tasks.Returning);
        if (live.Any(task => task.State == TaskState.Running)) return 2;
        return tasks.HasLive ? 1 : 0;
    }

    /// <summary>A task for each slot that has none, once its back-off is over; it waits where
    /// another is still stopping.</summary>
    private static ImmutableArray<ServiceEvent> Fill(
        ServiceState state, Dictionary<int, SlotTasks> slots, DateTimeOffset now)
    {
        var empty = state.Slots
            .Where(slot => slot.Value.End == SlotEnd.None
                && !(slot.Value.RetryAt > now)
                && !state.IsLost(slot.Value.Node)
                && !SlotTasks.In(slots, slot.Key).HasLive)
            .GroupBy(slot => slot.Value.Run, slot => slot.Key)
            .SelectMany(run => run.Take(Room(state, slots, run.Key)))
            .ToLookup(slot => SlotTasks.In(slots, slot).Stopping);
        var events = ImmutableArray.CreateBuilder<ServiceEvent>();
        if (empty[false].Any()) events.Add(new ServiceEvent.TasksCreated([.. empty[false]], TaskState.Running, now));
        if (empty[true].Any()) events.Add(new ServiceEvent.TasksCreated([.. empty[true]], TaskState.Ready, now));
        return events.ToImmutable();
    }

    /// <summary>How many more tasks a job, or one run of it, may have at this time.</summary>
    private static int Room(ServiceState state, Dictionary<int, SlotTasks> slots, long run)
    {
        if (state.Spec.Mode is not ServiceMode.ReplicatedJob { MaxConcurrent: > 0 and var most })
            return int.MaxValue;
        var busy = slots.Count(slot => (slot.Value.HasLive || slot.Value.Stopping)
            && (state.Slots.TryGetValue(slot.Key, out var of) ? of.Run : 0) == run);
        return Math.Max(0, most - busy);
    }

    private static ServiceEvent.TasksDesired? TrimPast(Dictionary<int, SlotTasks> slots)
    {
        var past = slots.Values.SelectMany(slot => slot.Past.GroupBy(task => task.Run)).ToList();
        var over = past.SelectMany(tasks => tasks.SkipLast(PastKeptPerSlot)).Select(TaskFacts.Number).ToHashSet();
        var left = past.SelectMany(tasks => tasks.TakeLast(PastKeptPerSlot)).Select(TaskFacts.Number).Order().ToList();
        over.UnionWith(left.SkipLast(PastKept));
        return over.Count == 0 ? null : new ServiceEvent.TasksDesired([.. over.Order()], TaskState.Remove, "");
    }
}

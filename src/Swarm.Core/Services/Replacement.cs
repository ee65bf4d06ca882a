using System.Collections.Immutable;
using Swarm.Core.Nodes;

namespace Swarm.Core.Services;

/// <summary>How one task takes the place of another: in an update, away from a drained node, in a move.</summary>
/// <remarks>
/// A new task is prepared beside the old one. With stop-first the old one is asked to stop once the new one is ready,
/// and the new one starts when the old one has stopped; so a task that cannot even be prepared takes nothing down. With
/// start-first the old one stops when the new one runs, and so it is where stopping would leave fewer running than the
/// service wants; where none may run beside another the old one is held instead, until another may be missed. A task
/// counts as running when its node says so, which, for one with a health check, is when it is healthy. Drawn in
/// docs/services.md.
/// </remarks>
internal static class Replacement
{
    /// <summary>Brings slots that have two tasks to one, and lets a task start whose place has become free.</summary>
    public static ImmutableArray<ServiceEvent> Advance(ServiceState state, Dictionary<int, SlotTasks> slots)
    {
        var step = new Moves(Spare(state));
        foreach (var (number, slot) in slots.Where(slot => slot.Value.HasLive))
        {
            if (state.Spec.IsJob() && state.Slots.GetValueOrDefault(number)?.End == SlotEnd.Completed)
                step.Stop.AddRange(slot.Current.Concat(slot.Old).Select(TaskFacts.Number));
            else Advance(state, slot, step);
        }

        var events = ImmutableArray.CreateBuilder<ServiceEvent>();
        if (step.Stay.Count > 0) events.Add(new ServiceEvent.TasksStay(step.Stay.ToImmutable()));
        if (step.Stop.Count > 0)
            events.Add(new ServiceEvent.TasksDesired(step.Stop.ToImmutable(), TaskState.Shutdown, ""));
        if (step.Start.Count > 0)
            events.Add(new ServiceEvent.TasksDesired(step.Start.ToImmutable(), TaskState.Running, ""));
        return events.ToImmutable();
    }

    /// <summary>Makes new tasks beside as many old ones as may be replaced at this time.</summary>
    public static ServiceEvent? Begin(ServiceState state, Dictionary<int, SlotTasks> slots, DateTimeOffset now)
    {
        var free = FreePlaces(state, slots);
        if (free <= 0) return null;

        var (updates, drains) = (UpdateAt(state, slots) <= now, DrainAt(state, slots) <= now);
        var next = Waiting(state, slots, now)
            .Where(slot => slots[slot].Old.Exists(task => task.IsLeaving(state)
                ? drains || task.Leaving.Length > 0 || (updates && !task.IsUpToDate(state))
                : updates))
            .OrderBy(slot => state.Update.FailedSlots.Contains(slot))
            .ThenBy(slot => slots[slot].Old.Exists(task => task.State == TaskState.Running))
            .ThenBy(slot => slot).Take(free).Order().ToImmutableArray();
        var desired = StartsFirst(state) ? TaskState.Running : TaskState.Ready;
        return next.IsEmpty ? null : new ServiceEvent.TasksCreated(next, desired, now);
    }

    /// <summary>When the next slots may be updated; null when none waits, or as many as may are under way.</summary>
    public static DateTimeOffset? UpdateAt(ServiceState state, Dictionary<int, SlotTasks> slots)
    {
        if (!state.Update.IsRolling || FreePlaces(state, slots) <= 0) return null;
        return Waiting(state, slots, DateTimeOffset.MaxValue).Any()
            ? After(state, slots, state.Update.StartedAt) : null;
    }

    /// <summary>When the next slots may leave drained nodes; null when none is to, or as many as may are under way.
    /// </summary>
    public static DateTimeOffset? DrainAt(ServiceState state, Dictionary<int, SlotTasks> slots)
    {
        if (!state.Nodes.Values.Any(mark => mark.Availability == NodeAvailability.Drain)) return null;
        if (FreePlaces(state, slots) <= 0) return null;
        var since = Waiting(state, slots, DateTimeOffset.MaxValue)
            .SelectMany(slot => slots[slot].Old)
            .Where(task => task.IsLeaving(state) && state.IsDrained(task.Node))
            .Select(task => state.Nodes[task.Node!.Value.Value].DrainedAt ?? DateTimeOffset.MinValue)
            .ToList();
        return since.Count == 0 ? null : After(state, slots, since.Min());
    }

    /// <summary>The policy's delay after the last task ran that was made since then.</summary>
    private static DateTimeOffset After(
        ServiceState state, Dictionary<int, SlotTasks> slots, DateTimeOffset since)
    {
        var done = slots.Values
            .SelectMany(slot => slot.Current)
            .Where(task => task.State == TaskState.Running && task.CreatedAt >= since)
            .Select(task => (DateTimeOffset?)task.ChangedAt).Max();
        return done?.Plus(state.Policy.Delay) ?? since;
    }

    private static void Advance(ServiceState state, SlotTasks slot, Moves step)
    {
        var current = Best(slot.Current, step);
        var old = Best(slot.Old, step);
        if (current is not null && old is not null && IsMoot(state, current, old))
        {
            step.Stay.Add(old.Number());
            return;
        }

        var isNeeded = old?.State == TaskState.Running && step.Spare <= 0;
        var startsFirst = StartsFirst(state) || (isNeeded && !state.Spec.AtMostOnce);
        if (current is not null && old is not null && GivesWay(state, current, old, startsFirst || isNeeded))
        {
            if (old.State == TaskState.Running) step.Spare--;
            step.Stop.Add(old.Number());
        }

        var waits = current ?? old;
        if (waits is not { Desired: < TaskState.Running }) return;
        var alone = slot.Current.Count + slot.Old.Count + slot.Returning.Count == 1 && !slot.Stopping;
        if (alone || (startsFirst && current is not null)) step.Start.Add(waits.Number());
    }

    /// <summary>Of tasks that are one too many the one that has most to lose stays, or else the oldest.</summary>
    private static ServiceTask? Best(List<ServiceTask> tasks, Moves step)
    {
        if (tasks.Count <= 1) return tasks.Count == 0 ? null : tasks[0];
        var best = tasks.MaxBy(Worth)!;
        step.Stop.AddRange(tasks.Where(task => task != best).Select(TaskFacts.Number));
        return best;
    }

    /// <summary>A node that comes back after a power cut starts its containers anew: what ran elsewhere all the time
    /// counts for more, and for most while they do not run yet.</summary>
    private static int Worth(ServiceTask task) => task switch
    {
        { State: < TaskState.Running } => 0,
        _ when !task.Runs() => 1,
        { BegunAnew: true } => 2,
        _ => 3,
    };

    /// <summary>The old one was only asked to move, and there is no better place for it.</summary>
    private static bool IsMoot(ServiceState state, ServiceTask current, ServiceTask old) =>
        old.SpecVersion == state.Version && !state.IsDrained(old.Node)
        && (current.Node == old.Node || WasLeftOut(current));

    private static bool GivesWay(ServiceState state, ServiceTask current, ServiceTask old, bool stays)
    {
        if (old.State < TaskState.Running || current.State == TaskState.Running) return true;
        if (stays) return false;
        return current.State >= TaskState.Ready
            || (WasLeftOut(current) && (state.Placement.LacksRoom || state.IsDrained(old.Node)));
    }

    /// <summary>The placer has said that there is no place for it.</summary>
    public static bool WasLeftOut(ServiceTask task) => task.IsPending() && task.Reason.Length > 0;

    /// <summary>A task is ready, and the one before it may not stop: too few would run.</summary>
    public static bool IsHeld(ServiceState state) =>
        state.Spec.AtMostOnce && Spare(state) <= 0 && state.Tasks.Values
            .Where(task => task.IsLive() && !state.IsLost(task.Node))
            .GroupBy(task => task.Slot)
            .Any(slot => slot.Any(task => task is { State: TaskState.Ready, Desired: TaskState.Ready })
                && slot.Any(task => task.State == TaskState.Running));

    /// <summary>A job never starts first: its work would be done twice.</summary>
    private static bool StartsFirst(ServiceState state) =>
        state.Policy.Order == UpdateOrder.StartFirst && !state.Spec.IsJob() && !state.Spec.AtMostOnce;

    private static IEnumerable<int> Waiting(ServiceState state, Dictionary<int, SlotTasks> slots, DateTimeOffset now) =>
        state.Slots.Where(slot => slot.Value.End == SlotEnd.None && !(slot.Value.RetryAt > now)
                && SlotTasks.In(slots, slot.Key) is { Current.Count: 0, Returning.Count: 0, Old.Count: > 0 })
            .Select(slot => slot.Key);

    private static int FreePlaces(ServiceState state, Dictionary<int, SlotTasks> slots)
    {
        if (state.Policy.Parallelism == 0) return int.MaxValue;
        var underWay = state.Slots.Where(slot => !state.IsLost(slot.Value.Node))
            .Select(slot => SlotTasks.In(slots, slot.Key))
            .Count(slot => slot.Current.Count > 0
                && (slot.Stopping
                    || slot.Old.Count > 0
                    || slot.Current.Exists(task => task.State != TaskState.Running)));
        return state.Policy.Parallelism - underWay;
    }

    /// <summary>How many that run may be stopped at once.</summary>
    private static int Spare(ServiceState state) => state.Spec.MinRunning == 0
        ? int.MaxValue
        : state.Tasks.Values.Count(task => task.State == TaskState.Running && task.IsLive() && !task.Unseen
            && !state.IsOutOfReach(task.Node)) - Least(state);

    /// <summary>Scaling may bring the slots down to the minimum: where none may run beside another, one of them is
    /// done without, or nothing could be replaced any more.</summary>
    private static int Least(ServiceState state) => state.Spec.AtMostOnce
        ? Math.Min(state.Spec.MinRunning, state.SlotCount() - 1)
        : state.Spec.MinRunning;

    /// <param name="spare">See <see cref="Replacement.Spare"/>.</param>
    private sealed class Moves(int spare)
    {
        public int Spare { get; set; } = spare;

        public ImmutableArray<long>.Builder Stop { get; } = ImmutableArray.CreateBuilder<long>();

        public ImmutableArray<long>.Builder Start { get; } = ImmutableArray.CreateBuilder<long>();

        public ImmutableArray<long>.Builder Stay { get; } = ImmutableArray.CreateBuilder<long>();
    }
}

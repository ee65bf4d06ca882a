using System.Collections.Immutable;
using System.Diagnostics;

namespace Swarm.Core.Services;

/// <summary>What each event makes of a service.</summary>
internal static class EventRules
{
    private const int RequestsKept = 64;

    public static ServiceState Apply(ServiceState state, ServiceEvent happened) => happened switch
    {
        ServiceEvent.SpecAccepted accepted =>
            KeepRequest(SpecRules.Accept(state, accepted), accepted.Request, changed: true),
        ServiceEvent.Scaled scaled => KeepRequest(SpecRules.Scale(state, scaled), scaled.Request, changed: true),
        ServiceEvent.RequestKept kept => KeepRequest(state, kept.Request, kept.Changed),
        ServiceEvent.RemovalAsked asked => KeepRequest(Remove(state, asked.At), asked.Request, changed: true),
        ServiceEvent.ImagePinned pinned => SpecRules.Pin(state, pinned),
        ServiceEvent.SlotsOpened opened => Open(state, opened),
        ServiceEvent.SlotsClosed closed => Close(state, closed.Slots),
        ServiceEvent.TasksCreated created => Create(state, created),
        ServiceEvent.PlacementsKept placements => PlacementAnswers.Keep(state, placements),
        ServiceEvent.TasksReported reported => TaskReports.Keep(state, reported),
        ServiceEvent.TasksDesired desired => Desire(state, desired.Tasks, desired.Desired, desired.Reason),
        ServiceEvent.TasksForgotten forgotten => state with { Tasks = state.Tasks.RemoveRange(forgotten.Tasks) },
        ServiceEvent.ReachabilitySeen seen => Reachability.Keep(state, seen),
        ServiceEvent.NodeLost lost => Reachability.Lose(state, lost.Node),
        ServiceEvent.UpdateMoved moved => state with { Update = Move(state.Update, moved) },
        ServiceEvent.RollbackBegun { Request: { } request } asked =>
            KeepRequest(SpecRules.RollBack(state, asked), request, changed: true),
        ServiceEvent.RollbackBegun begun => SpecRules.RollBack(state, begun),
        ServiceEvent.NodeForgotten forgotten => Reachability.Forget(state, forgotten.Node),
        ServiceEvent.TaskMoveAsked asked =>
            KeepRequest(Leave(state, [asked.Task], asked.Reason), asked.Request, changed: true),
        ServiceEvent.JobExpired expired => Remove(state, expired.At),
        ServiceEvent.TasksStay stay => Leave(state, stay.Tasks, ""),
        ServiceEvent.RunBegun begun => begun.Request is { } request
            ? KeepRequest(RunEvents.Begin(state, begun), request, changed: true, begun.Run)
            : RunEvents.Begin(state, begun),
        ServiceEvent.RunLeftOut left => RunEvents.LeaveOut(state, left),
        ServiceEvent.RunEnded ended => RunEvents.End(
            Desire(state, RunEvents.TasksOf(state, ended.Run), TaskState.Shutdown, ""), ended),
        ServiceEvent.RunsForgotten forgotten => RunEvents.Forget(
            Desire(state, RunEvents.TasksOf(state, forgotten.Runs), TaskState.Remove, ""), forgotten.Runs),
        ServiceEvent.IncarnationBegun begun => ClockRules.SetBack(state, begun.At),
        _ => throw new UnreachableException($"no way to apply {happened}"),
    };

    private static ServiceState Open(ServiceState state, ServiceEvent.SlotsOpened opened) => state with
    {
        Slots = state.Slots.SetItems(opened.Slots.Select((slot, i) => KeyValuePair.Create(
            slot, Slot.Fresh with { Node = opened.Nodes.IsEmpty ? null : opened.Nodes[i], Run = opened.Run }))),
    };

    private static ServiceState KeepRequest(ServiceState state, RequestId request, bool changed, long run = 0)
    {
        var kept = state.Requests.Length < RequestsKept ? state.Requests : state.Requests.RemoveAt(0);
        return state with { Requests = kept.Add(new KeptRequest(request, changed) { Run = run }) };
    }

    private static ServiceState Leave(ServiceState state, ImmutableArray<long> numbers, string reason) => state with
    {
        Tasks = state.Tasks.SetItems(numbers.Where(state.Tasks.ContainsKey).Select(number =>
            KeyValuePair.Create(number, state.Tasks[number] with { Leaving = reason }))),
    };

    private static ServiceState Remove(ServiceState state, DateTimeOffset at)
    {
        var removed = Desire(state, state.Tasks.Keys, TaskState.Remove, "");
        return removed with
        {
            Removing = true,
            UpdatedAt = at,
            Slots = ImmutableSortedDictionary<int, Slot>.Empty,
            Update = new UpdateProgress(),
        };
    }

    private static ServiceState Close(ServiceState state, ImmutableArray<int> slots)
    {
        var closed = slots.ToHashSet();
        var theirs = state.Tasks.Where(task => closed.Contains(task.Value.Slot)).Select(task => task.Key).ToList();
        return Desire(state, theirs, TaskState.Remove, "") with { Slots = state.Slots.RemoveRange(slots) };
    }

    private static ServiceState Create(ServiceState state, ServiceEvent.TasksCreated created)
    {
        var tasks = state.Tasks.ToBuilder();
        var slots = state.Slots.ToBuilder();
        var last = state.LastTask;
        foreach (var slot in created.Slots)
        {
            last++;
            tasks[last] = new ServiceTask(
                TaskId.Of(state.Id!.Value, last), slot, state.Version, created.Desired, TaskState.Pending)
            {
                CreatedAt = created.At,
                ChangedAt = created.At,
                Run = state.Slots.TryGetValue(slot, out var of) ? of.Run : 0,
            };
            if (slots.TryGetValue(slot, out var filled)) slots[slot] = filled with { RetryAt = null };
        }

        return state with
        {
            Tasks = tasks.ToImmutable(),
            Slots = slots.ToImmutable(),
            LastTask = last,
            Placement = state.Placement with { Request = state.Placement.Request + 1, RetryAt = null },
        };
    }

    /// <summary>What is desired of a task, too, only moves forward.</summary>
    private static ServiceState Desire(ServiceState state, IEnumerable<long> numbers, TaskState desired, string reason)
    {
        var tasks = state.Tasks.ToBuilder();
        var pendingChanged = false;
        foreach (var number in numbers)
        {
            if (!tasks.TryGetValue(number, out var task) || task.Desired >= desired) continue;
            tasks[number] = task with { Desired = desired, Reason = reason.Length == 0 ? task.Reason : reason };
            pendingChanged |= task.IsPending() && !tasks[number].IsPending();
        }

        var placement = pendingChanged
            ? state.Placement with { Request = state.Placement.Request + 1 }
            : state.Placement;
        return state with { Tasks = tasks.ToImmutable(), Placement = placement };
    }

    private static UpdateProgress Move(UpdateProgress update, ServiceEvent.UpdateMoved moved) =>
        moved.Phase == UpdatePhase.Updating
            ? new UpdateProgress { Phase = moved.Phase, StartedAt = moved.At }
            : update with { Phase = moved.Phase, Reason = moved.Reason };
}

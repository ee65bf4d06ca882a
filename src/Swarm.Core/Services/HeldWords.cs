using System.Collections.Immutable;
using System.Globalization;
using Swarm.Core.Nodes;

namespace Swarm.Core.Services;

/// <summary>Why what is to be replaced is still there, for whoever looks.</summary>
/// <remarks>Nothing of it is kept: it is read from the tasks that have found no place.</remarks>
internal static class HeldWords
{
    /// <summary>The tasks, those of drained nodes with why they are still there.</summary>
    public static ImmutableArray<ServiceTask> Explain(ServiceState state, ImmutableArray<ServiceTask> tasks)
    {
        if (!state.Nodes.Values.Any(mark => mark.Availability == NodeAvailability.Drain)) return tasks;
        var left = LeftOut(state);
        return [.. tasks.Select(task => Explain(state, task, left))];
    }

    /// <summary>How an update stands, with what it waits for.</summary>
    public static UpdateStatus Explain(ServiceState state)
    {
        var update = new UpdateStatus(state.Update.Phase, state.Update.Reason);
        if (!state.Update.IsRolling || WaitsFor(state) is not { } waits) return update;
        return update with { Reason = update.Reason.Length == 0 ? waits : $"{update.Reason}; {waits}" };
    }

    private static string? WaitsFor(ServiceState state) =>
        LeftOut(state) is [var first, ..] ? Say($"it waits: no node can take slot {first.Slot}: {first.Reason}")
        : Replacement.IsHeld(state)
            ? Say($"it waits: at least {state.Spec.MinRunning} are to run, and no more do that could be stopped")
        : null;

    private static ServiceTask Explain(ServiceState state, ServiceTask task, List<ServiceTask> left)
    {
        if (!task.IsLive() || !state.IsDrained(task.Node) || !task.IsLeaving(state)) return task;
        var atOnce = state.Policy.Parallelism;
        return left.Find(other => other.Slot == task.Slot) is { } own
            ? task with { Reason = $"held: its node is drained, and no other can take it: {own.Reason}" }
            : atOnce > 0 && left.Count >= atOnce
                ? task with
                {
                    Reason = Say($"held: its node is drained, and slot {left[0].Slot} goes first, which no other ")
                        + $"can take: {left[0].Reason}",
                }
                : task with { Leaving = "its node is drained" };
    }

    private static List<ServiceTask> LeftOut(ServiceState state) =>
        [.. state.Tasks.Values.Where(task => Replacement.WasLeftOut(task) && task.IsUpToDate(state))];

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

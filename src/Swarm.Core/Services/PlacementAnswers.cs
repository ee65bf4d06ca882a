using System.Collections.Immutable;
using Swarm.Core.Placement;

namespace Swarm.Core.Services;

/// <summary>What becomes of the placer's answers.</summary>
internal static class PlacementAnswers
{
    public static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);

    /// <summary>Question and answer fit into a message each; the others are asked for next.</summary>
    private const int MostAtOnce = 1000;

    /// <summary>The tasks that places are asked for now.</summary>
    public static IEnumerable<ServiceTask> Asked(ServiceState state) =>
        state.Tasks.Values.Where(task => task.IsPending()).Take(MostAtOnce);

    /// <summary>Places are taken whichever request they answer; that there was none counts
    /// only of the latest.</summary>
    public static ServiceEvent? Decide(ServiceState state, PlacementsMade answer, DateTimeOffset now)
    {
        var placed = answer.Placed.Where(placement => MayTake(state, placement))
            .DistinctBy(placement => placement.Task).ToImmutableArray();
        var taken = placed.Select(placement => placement.Task).ToHashSet();
        var latest = answer.Request == state.Placement.Request;
        var unplaced = latest
            ? Asked(state).Where(task => !taken.Contains(task.Id)).Select(TaskFacts.Number).ToImmutableArray()
            : [];
        return placed.Length + unplaced.Length == 0
            ? null
            : new ServiceEvent.PlacementsKept(placed, unplaced, answer.Reason, answer.LacksRoom, now);
    }

    public static ServiceState Keep(ServiceState state, ServiceEvent.PlacementsKept kept)
    {
        var tasks = state.Tasks.ToBuilder();
        foreach (var placement in kept.Placed)
        {
            if (state.Find(placement.Task) is not { } task || !task.IsPending()) continue;
            tasks[task.Number()] = task with
            {
                Node = placement.Node,
                State = TaskState.Assigned,
                Reason = "",
                ChangedAt = kept.At,
            };
        }

        foreach (var number in kept.Unplaced)
        {
            if (tasks.TryGetValue(number, out var task)) tasks[number] = task with { Reason = kept.Reason };
        }

        return state with { Tasks = tasks.ToImmutable(), Placement = After(state.Placement, kept) };
    }

    private static bool MayTake(ServiceState state, TaskPlacement placement) =>
        state.Find(placement.Task) is { } task && task.IsPending()
        && (GlobalRules.NodeFor(state, task) is not { } only || only == placement.Node);

    private static PlacementProgress After(PlacementProgress before, ServiceEvent.PlacementsKept kept)
    {
        var next = before with { Request = before.Request + 1 };
        if (kept.Unplaced.IsEmpty) return next with { Failures = 0, RetryAt = null, LacksRoom = false };

        var wait = BackOff.After(before.Failures + 1, FirstRetry, LongestRetry);
        return next with { Failures = before.Failures + 1, RetryAt = kept.At + wait, LacksRoom = kept.LacksRoom };
    }
}

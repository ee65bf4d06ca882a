using System.Collections.Immutable;

namespace Swarm.Core.Services;

/// <summary>What becomes of a service's times when its clock goes back: that of its host was set, or the host that
/// decides from now on has another.</summary>
/// <remarks>
/// All that is remembered has happened. What lies ahead is taken to happen now, so that what is waited for begins anew
/// and is not waited for as long as the clock was wrong. Told in docs/failure.md.
/// </remarks>
internal static class ClockRules
{
    /// <summary>Times of a schedule that come again within it are not due again, as with cron.
    /// https://man7.org/linux/man-pages/man8/cron.8.html</summary>
    private static readonly TimeSpan NotDueAgain = TimeSpan.FromHours(3);

    /// <summary>Something is remembered of a time that has not come yet.</summary>
    public static bool IsBehind(ServiceState state, DateTimeOffset now) =>
        !ReferenceEquals(SetBack(state, now), state);

    /// <returns>The same state where nothing lies ahead.</returns>
    public static ServiceState SetBack(ServiceState state, DateTimeOffset now)
    {
        if (!state.Exists) return state;
        var set = state with
        {
            CreatedAt = Past(state.CreatedAt, now),
            UpdatedAt = Past(state.UpdatedAt, now),
            Update = state.Update with { StartedAt = Past(state.Update.StartedAt, now) },
            Placement = state.Placement with
            {
                RetryAt = Past(state.Placement.RetryAt, now + PlacementAnswers.LongestRetry),
            },
            Runs = SetBack(state.Runs, now),
            Nodes = Each(state.Nodes, mark => SetBack(mark, now)),
            Slots = Each(state.Slots, slot => SetBack(slot, state.Spec.Restart, now)),
            Tasks = Each(state.Tasks, task => SetBack(task, now)),
        };
        return set == state ? state : set;
    }

    private static RunHistory SetBack(RunHistory history, DateTimeOffset now) => history with
    {
        DecidedTo = history.DecidedTo > now.Plus(NotDueAgain) ? now : history.DecidedTo,
        Runs = history.Runs.Any(run => run.EndedAt > now || run.StartedAt > now)
            ? [.. history.Runs.Select(run => run with
            {
                StartedAt = Past(run.StartedAt, now),
                EndedAt = Past(run.EndedAt, now),
            })]
            : history.Runs,
    };

    private static NodeMark SetBack(NodeMark mark, DateTimeOffset now) => mark with
    {
        UnreachableSince = Past(mark.UnreachableSince, now),
        DrainedAt = Past(mark.DrainedAt, now),
        Failures = Past(mark.Failures, now),
    };

    private static Slot SetBack(Slot slot, RestartPolicy restart, DateTimeOffset now) =>
        slot.RetryAt is null && slot.Restarts.IsEmpty ? slot : slot with
        {
            RetryAt = Past(slot.RetryAt, now.Plus(RestartRules.Wait(slot.Failures, restart))),
            Restarts = Past(slot.Restarts, now),
        };

    private static ServiceTask SetBack(ServiceTask task, DateTimeOffset now) => task.ChangedAt <= now ? task : task with
    {
        CreatedAt = Past(task.CreatedAt, now),
        ChangedAt = now,
    };

    private static DateTimeOffset Past(DateTimeOffset time, DateTimeOffset now) => time > now ? now : time;

    private static DateTimeOffset? Past(DateTimeOffset? time, DateTimeOffset now) => time > now ? now : time;

    private static ImmutableArray<DateTimeOffset> Past(ImmutableArray<DateTimeOffset> times, DateTimeOffset now) =>
        times.Any(time => time > now) ? [.. times.Select(time => Past(time, now))] : times;

    /// <returns>The same where none becomes another.</returns>
    private static ImmutableSortedDictionary<TKey, TValue> Each<TKey, TValue>(
        ImmutableSortedDictionary<TKey, TValue> all, Func<TValue, TValue> change)
        where TKey : notnull =>
        all.SetItems(all.Where(one => !Equals(change(one.Value), one.Value))
            .Select(one => KeyValuePair.Create(one.Key, change(one.Value))));
}

using System.Collections.Immutable;

namespace Swarm.Core.Services;

/// <summary>What follows for a slot when its task ended without being asked to.</summary>
/// <remarks>The node has restarted the container in place before, by the same policy; its
/// restarts count as the slot's.</remarks>
internal static class RestartRules
{
    private const int MostRestartsKept = 1000;

    private static readonly TimeSpan LongRun = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <param name="before">The task before it ended, <paramref name="ended"/> after.</param>
    public static Slot AfterEnd(Slot slot, ServiceSpec spec, ServiceTask before, ServiceTask ended, DateTimeOffset at)
    {
        // What a lost node brings back may end after another task has done the slot's work.
        if (slot.End == SlotEnd.Completed) return slot;

        // A node that is gone for good says nothing about the container.
        if (ended.State == TaskState.Orphaned) return slot with { RetryAt = at };

        var restart = spec.Restart;
        var succeeded = ended.State == TaskState.Complete;
        if (succeeded && (spec.IsJob() || restart.Condition != RestartCondition.Any))
        {
            return slot with { End = SlotEnd.Completed, ExitCode = 0 };
        }

        // One that was rejected never ran: that is no failure of the container, whatever the policy says of those.
        var rejected = ended.State == TaskState.Rejected;
        var giveUp = slot with { End = SlotEnd.GivenUp, ExitCode = ended.Container?.ExitCode };
        if (!rejected && restart.Condition == RestartCondition.None) return giveUp;

        var used = Used(slot, restart, ended, at);
        if (restart.MaxAttempts > 0 && used.Length >= restart.MaxAttempts) return giveUp with { Restarts = used };

        var failures = RanLong(before, ended, at) ? 1 : slot.Failures + 1;
        return slot with
        {
            Failures = failures,
            RetryAt = at.Plus(Wait(failures, restart)),
            Restarts = restart.MaxAttempts > 0 ? used.Add(at) : [],
        };
    }

    /// <summary>How long a slot stays empty after so many failures.</summary>
    public static TimeSpan Wait(int failures, RestartPolicy restart) =>
        BackOff.After(failures, restart.Delay, LongestWait);

    /// <summary>The restarts that count towards the limit: those within the window, this task's own included.</summary>
    private static ImmutableArray<DateTimeOffset> Used(
        Slot slot, RestartPolicy restart, ServiceTask ended, DateTimeOffset at)
    {
        if (restart.MaxAttempts == 0) return [];
        var inPlace = Math.Min(ended.Container?.Restarts ?? 0, MostRestartsKept);
        var all = slot.Restarts.AddRange(Enumerable.Repeat(at, inPlace));
        if (restart.Window > TimeSpan.Zero) all = all.RemoveAll(restarted => at - restarted >= restart.Window);
        return all.Length > MostRestartsKept ? all.RemoveRange(0, all.Length - MostRestartsKept) : all;
    }

    /// <summary>Start and end as the container's node saw them are of one clock; else both are the service's.</summary>
    private static bool RanLong(ServiceTask before, ServiceTask ended, DateTimeOffset at) =>
        ended.Container is { StartedAt: { } started, FinishedAt: { } finished }
            ? finished - started >= LongRun
            : before.State == TaskState.Running && at - before.ChangedAt >= LongRun;
}

using System.Collections.Immutable;
using System.Globalization;
using Swarm.Core.Services;

namespace Swarm.Client;

/// <summary>How a service stands to what it shall be.</summary>
public enum ProgressOutcome
{
    /// <summary>Not there yet.</summary>
    Waiting = 0,

    /// <summary>Every slot has a running task of the newest specification; or the job has ended well.</summary>
    Reached = 1,

    /// <summary>It will not get there by itself.</summary>
    Failed = 2,
}

/// <summary>How far a service is on its way to what it shall be.</summary>
/// <param name="Done">Slots that run the newest specification, or have completed.</param>
/// <param name="Reasons">What stands in the way, in the words of placer, node or kernel; each once.</param>
/// <param name="ExitCode">Of a job that has ended; 1 when it is not known.</param>
public sealed record ServiceProgress(
    ProgressOutcome Outcome, int Done, int Wanted, ImmutableArray<string> Reasons, int? ExitCode = null)
{
    private const int MaxReasons = 5;

    /// <summary>Slots that run any specification: during an update, those that still serve as before too.</summary>
    public int Running { get; init; }

    /// <summary>Tasks of one specification are being replaced by those of another, or were until that failed.</summary>
    public bool IsUpdating { get; init; }

    /// <summary>Of a periodic job: the run that was looked at; 0 for none.</summary>
    public long Run { get; init; }

    /// <summary>How far a service is, as it was seen.</summary>
    /// <param name="acceptRollback">A rollback, under way or done, is as good as an update.</param>
    /// <param name="run">Of a periodic job: look at this run; 0 looks at the latest under way, or else at the latest.
    /// </param>
    public static ServiceProgress Of(ServiceDetails service, bool acceptRollback = false, long run = 0)
    {
        ArgumentNullException.ThrowIfNull(service);
        var reasons = Reason(service);
        var progress = service switch
        {
            { Job: { } job, Spec.Job.Schedule: { } schedule } => OfRuns(job, schedule, reasons, run),
            { Job: { } job } => OfJob(service, job, reasons),
            _ => OfService(service, reasons, acceptRollback),
        };
        return progress with
        {
            Running = SlotsOf(service.Tasks.Where(IsServing)),
            IsUpdating = service.Update.Phase is UpdatePhase.Updating or UpdatePhase.RollingBack or UpdatePhase.Paused
                || (service.Update.Phase == UpdatePhase.RolledBack && !acceptRollback),
        };
    }

    private static ServiceProgress OfJob(ServiceDetails service, JobStatus job, ImmutableArray<string> reasons)
    {
        var wanted = Math.Max(SlotsOf(service), job.Completed + job.GivenUp);
        if (!job.Ended) return new ServiceProgress(ProgressOutcome.Waiting, job.Completed, wanted, reasons);
        var exitCode = job.ExitCode is { } code and (not 0) ? code : job.GivenUp > 0 ? 1 : 0;
        return new ServiceProgress(
            job.GivenUp == 0 ? ProgressOutcome.Reached : ProgressOutcome.Failed, job.Completed, wanted, reasons,
            exitCode);
    }

    private static ServiceProgress OfRuns(
        JobStatus job, JobSchedule schedule, ImmutableArray<string> reasons, long number)
    {
        var run = number != 0 ? job.Runs.FirstOrDefault(run => run.Number == number)
            : job.Runs.LastOrDefault(run => run.EndedAt is null) ?? job.Runs.LastOrDefault();
        if (run is null && number == 0) return OfNoRun(job, schedule);
        if (run is null)
        {
            return new ServiceProgress(
                ProgressOutcome.Failed, 0, 1, [$"run {number} has ended and is not kept: how it ended is not known"], 1)
            { Run = number };
        }

        if (run.EndedAt is null)
            return new ServiceProgress(ProgressOutcome.Waiting, 0, 1, reasons) { Run = run.Number };
        var exitCode = run.ExitCode ?? 1;
        return new ServiceProgress(
            exitCode == 0 ? ProgressOutcome.Reached : ProgressOutcome.Failed, exitCode == 0 ? 1 : 0, 1,
            exitCode == 0 || run.Reason.Length == 0 ? [] : [run.Reason], exitCode)
        { Run = run.Number };
    }

    private static ServiceProgress OfNoRun(JobStatus job, JobSchedule schedule) =>
        schedule.Suspended ? new ServiceProgress(ProgressOutcome.Failed, 0, 1, ["it is suspended: no run is due"], 1)
        : job.NextRun is { } next
            ? new ServiceProgress(
                ProgressOutcome.Waiting, 0, 1,
                [$"its first run is due at {next.UtcDateTime.ToString("s", CultureInfo.InvariantCulture)}Z"])
        : new ServiceProgress(ProgressOutcome.Failed, 0, 1, [job.Reason], 1);

    private static ServiceProgress OfService(
        ServiceDetails service, ImmutableArray<string> reasons, bool acceptRollback)
    {
        var (wanted, phase) = (SlotsOf(service), service.Update.Phase);
        var done = SlotsOf(service.Tasks.Where(task => IsServing(task) && task.SpecVersion == service.Version));
        if (phase == UpdatePhase.Paused || (IsRollback(phase) && !acceptRollback))
        {
            var why = service.Update.Reason.Length > 0 ? service.Update.Reason : "no reason is known";
            why = IsRollback(phase) ? "rolled back: " + why : $"the update is paused: {why}";
            var others = reasons.Where(reason => !why.Contains(reason, StringComparison.Ordinal));

            // What was rolled back to is in force, and no task of it is one of the update.
            return new ServiceProgress(
                ProgressOutcome.Failed, IsRollback(phase) ? 0 : done, wanted, [why, .. others]);
        }

        if (phase is UpdatePhase.Updating or UpdatePhase.RollingBack)
            return new ServiceProgress(ProgressOutcome.Waiting, done, wanted, reasons);
        if (wanted == 0 && service.Spec.Mode is ServiceMode.Global)
            return new ServiceProgress(ProgressOutcome.Waiting, 0, 0, ["there is no node yet that its rules allow"]);
        if (done >= wanted) return new ServiceProgress(ProgressOutcome.Reached, done, wanted, reasons);
        return GivenUp(service, wanted) is { } given
            ? new ServiceProgress(ProgressOutcome.Failed, done, wanted, [given, .. reasons])
            : new ServiceProgress(ProgressOutcome.Waiting, done, wanted, reasons);
    }

    private static bool IsRollback(UpdatePhase phase) => phase is UpdatePhase.RollingBack or UpdatePhase.RolledBack;

    private static int SlotsOf(ServiceDetails service) => service.Slots ?? service.Spec.Mode switch
    {
        ServiceMode.Replicated mode => mode.Replicas,
        ServiceMode.ReplicatedJob mode => mode.Completions,
        _ => 0,
    };

    private static bool IsServing(ServiceTask task) =>
        task is { State: TaskState.Running, Desired: <= TaskState.Running };

    private static int SlotsOf(IEnumerable<ServiceTask> tasks) => tasks.Select(task => task.Slot).Distinct().Count();

    /// <summary>Why slots stay empty; null when each is filled or still being tried.</summary>
    private static string? GivenUp(ServiceDetails service, int wanted)
    {
        if (service.GivenUp > 0)
        {
            return service.Spec.Restart.Condition == RestartCondition.None
                ? $"{service.GivenUp} of {wanted} tasks failed, and the restart policy is none"
                : $"{service.GivenUp} of {wanted} tasks failed, and their {service.Spec.Restart.MaxAttempts} restarts "
                    + "are used up";
        }

        return service.Completed > 0
            ? $"{service.Completed} of {wanted} tasks ended with exit code 0, and the restart policy does not start "
                + "them again: is it a job?"
            : null;
    }

    /// <summary>Of the newest task of each slot: why it is not there, or why the one before it ended.</summary>
    /// <remarks>What tasks of an older specification ended with says nothing of this one.</remarks>
    private static ImmutableArray<string> Reason(ServiceDetails service)
    {
        var reasons = new List<string>();
        foreach (var slot in service.Tasks.Where(task => task.SpecVersion == service.Version)
            .GroupBy(task => task.Slot))
        {
            var newest = slot.MaxBy(task => task.CreatedAt)!;
            if (newest.State is TaskState.Running or TaskState.Complete) continue;
            var said = newest.Reason.Length > 0 ? newest.Reason
                : slot.Where(task => task.State is TaskState.Failed or TaskState.Rejected)
                    .MaxBy(task => task.CreatedAt)?.Reason;
            if (!string.IsNullOrEmpty(said) && !reasons.Contains(said)) reasons.Add(said);
        }

        return [.. reasons.Take(MaxReasons)];
    }
}

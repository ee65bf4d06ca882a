using System.Collections.Immutable;
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

    /// <summary>Tasks of one specification are being replaced by those of another.</summary>
    public bool IsUpdating { get; init; }

    /// <summary>How far a service is, as it was seen.</summary>
    public static ServiceProgress Of(ServiceDetails service)
    {
        ArgumentNullException.ThrowIfNull(service);
        var reasons = Reason(service);
        var progress = service.Job is { } job ? OfJob(service, job, reasons) : OfService(service, reasons);
        return progress with
        {
            Running = SlotsOf(service.Tasks.Where(IsServing)),
            IsUpdating = service.Update.Phase is UpdatePhase.Updating or UpdatePhase.RollingBack,
        };
    }

    private static ServiceProgress OfJob(ServiceDetails service, JobStatus job, ImmutableArray<string> reasons)
    {
        var wanted = service.Spec.Mode is ServiceMode.ReplicatedJob mode
            ? mode.Completions
            : job.Completed + job.GivenUp;
        if (!job.Ended) return new ServiceProgress(ProgressOutcome.Waiting, job.Completed, wanted, reasons);
        var exitCode = job.ExitCode is { } code and (not 0) ? code : job.GivenUp > 0 ? 1 : 0;
        return new ServiceProgress(
            job.GivenUp == 0 ? ProgressOutcome.Reached : ProgressOutcome.Failed, job.Completed, wanted, reasons,
            exitCode);
    }

    private static ServiceProgress OfService(ServiceDetails service, ImmutableArray<string> reasons)
    {
        var wanted = service.Spec.Mode is ServiceMode.Replicated mode ? mode.Replicas : 0;
        var done = SlotsOf(service.Tasks.Where(task => IsServing(task) && task.SpecVersion == service.Version));
        if (service.Update.Phase is UpdatePhase.Paused or UpdatePhase.RollingBack or UpdatePhase.RolledBack)
        {
            var why = service.Update.Reason.Length > 0
                ? service.Update.Reason
                : $"the update is {service.Update.Phase}";
            return new ServiceProgress(
                ProgressOutcome.Failed, done, wanted, [why, .. reasons.Where(reason => reason != why)]);
        }

        if (service.Update.Phase == UpdatePhase.Updating)
            return new ServiceProgress(ProgressOutcome.Waiting, done, wanted, reasons);
        if (done >= wanted) return new ServiceProgress(ProgressOutcome.Reached, done, wanted, reasons);
        return GivenUp(service, wanted) is { } given
            ? new ServiceProgress(ProgressOutcome.Failed, done, wanted, [given, .. reasons])
            : new ServiceProgress(ProgressOutcome.Waiting, done, wanted, reasons);
    }

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

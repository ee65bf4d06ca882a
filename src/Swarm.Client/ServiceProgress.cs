using System.Collections.Immutable;
using Swarm.Core.Services;

namespace Swarm.Client;

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
/// <param name="Done">Slots that run, or have completed.</param>
/// <param name="Reasons">What stands in the way, in the words of placer, node or kernel; each once.</param>
/// <param name="ExitCode">Of a job that has ended; 1 when it is not known.</param>
public sealed record ServiceProgress(
    ProgressOutcome Outcome, int Done, int Wanted, ImmutableArray<string> Reasons, int? ExitCode = null)
{
    private const int MaxReasons = 5;

    public static ServiceProgress Of(ServiceDetails service)
    {
        var reasons = Reason(service);
        return service.Job is { } job ? OfJob(service, job, reasons) : OfReplicated(service, reasons);
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

    private static ServiceProgress OfReplicated(ServiceDetails service, ImmutableArray<string> reasons)
    {
        var wanted = service.Spec.Mode is ServiceMode.Replicated mode ? mode.Replicas : 0;
        var live = service.Tasks.Where(task => task.Desired <= TaskState.Running).ToList();
        var done = live.Where(task => task.State == TaskState.Running && task.SpecVersion == service.Version)
            .Select(task => task.Slot).Distinct().Count();
        if (service.Update.Phase is UpdatePhase.Paused or UpdatePhase.RollingBack or UpdatePhase.RolledBack)
        {
            var why = service.Update.Reason.Length > 0
                ? service.Update.Reason
                : $"the update is {service.Update.Phase}";
            return new ServiceProgress(
                ProgressOutcome.Failed, done, wanted, [why, .. reasons.Where(reason => reason != why)]);
        }

        var settled = service.Update.Phase != UpdatePhase.Updating && done >= wanted;
        return new ServiceProgress(
            settled
                ? ProgressOutcome.Reached
                : IsGivenUp(service, live) ? ProgressOutcome.Failed : ProgressOutcome.Waiting,
            done, wanted, reasons);
    }

    /// <summary>Without restarts, a slot whose task ended by itself stays empty.</summary>
    private static bool IsGivenUp(ServiceDetails service, List<ServiceTask> live) =>
        service.Spec.Restart.Condition == RestartCondition.None && service.Tasks.Any(task =>
            task.SpecVersion == service.Version && task.State is TaskState.Failed or TaskState.Complete
            && !live.Any(other => other.Slot == task.Slot && other.State < TaskState.Complete));

    /// <summary>Of the newest task of each slot: why it is not there, or why the one before it ended.</summary>
    private static ImmutableArray<string> Reason(ServiceDetails service)
    {
        var reasons = new List<string>();
        foreach (var slot in service.Tasks.GroupBy(task => task.Slot))
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

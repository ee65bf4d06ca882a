using System.Collections.Immutable;

namespace Swarm.Core.Services;

/// <summary>A service as others see it.</summary>
internal static class ServiceViews
{
    public static ServiceDetails? Describe(ServiceState state, long after = 0, int most = int.MaxValue)
    {
        if (!state.Exists) return null;

        var left = state.Tasks.Where(task => task.Key > after).ToImmutableArray();
        var page = left.Length > most ? left[..most] : left;
        return new ServiceDetails(
            state.Id!.Value, state.Spec with { Credentials = null }, state.Version, HeldWords.Explain(state),
            HeldWords.Explain(state, [.. page.Select(task => task.Value)]))
        {
            CreatedAt = state.CreatedAt,
            UpdatedAt = state.UpdatedAt,
            Removing = state.Removing,
            Job = state.Spec.IsJob() ? Job(state) : null,
            Next = page.Length < left.Length ? page[^1].Key : null,
            GivenUp = state.Slots.Values.Count(slot => slot.End == SlotEnd.GivenUp),
            Completed = state.Slots.Values.Count(slot => slot.End == SlotEnd.Completed),
            Slots = state.SlotCount(),
        };
    }

    public static ServiceListing? List(ServiceState state) => !state.Exists ? null
        : new ServiceListing(
            state.Name, state.Id!.Value, state.Spec.Mode, state.Spec.Container.Image,
            state.Tasks.Values.Count(task => task is { State: TaskState.Running, Desired: <= TaskState.Running }
                && !state.IsLost(task.Node)),
            state.Removing ? 0 : state.SlotCount())
        {
            Ports = state.Spec.Container.Ports,
            Stack = state.Spec.Stack,
            Completed = state.Slots.Values.Count(slot => slot.End == SlotEnd.Completed),
            Update = state.Update.Phase,
            Schedule = state.Spec.IsPeriodic() ? state.Spec.Job.Schedule : null,
            NextRun = RunRules.NextAt(state),
            LastRun = state.Runs.Runs.LastOrDefault(),
        };

    private static JobStatus Job(ServiceState state)
    {
        var completed = state.Slots.Values.Count(slot => slot.End == SlotEnd.Completed);
        var failed = state.Slots.Values.Where(slot => slot.End == SlotEnd.GivenUp).ToImmutableArray();
        if (state.Spec.IsPeriodic()) return Periodic(state, completed, failed.Length);
        var ended = !state.Removing && !state.Slots.IsEmpty && completed + failed.Length == state.SlotCount();
        int? exitCode = !ended ? null
            : failed.IsEmpty ? 0
            : failed.Select(slot => slot.ExitCode).FirstOrDefault(code => code is not null);
        return new JobStatus(completed, failed.Length, ended, exitCode);
    }

    private static JobStatus Periodic(ServiceState state, int completed, int givenUp)
    {
        var (next, schedule) = (RunRules.NextAt(state), state.Spec.Job.Schedule!);
        return new JobStatus(completed, givenUp, false, null)
        {
            NextRun = next,
            Runs = state.Runs.Runs,
            Reason = next is not null || schedule.Suspended || state.Removing ? ""
                : JobTimes.Problem(schedule) ?? "its schedule has no time any more",
        };
    }
}

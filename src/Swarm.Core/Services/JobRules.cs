namespace Swarm.Core.Services;

/// <summary>When a job has ended, and how long it is kept then.</summary>
internal static class JobRules
{
    /// <summary>An ended job that was kept for as long as it shall be is removed, as if that was asked for.</summary>
    public static ServiceEvent? Expire(ServiceState state, DateTimeOffset now) =>
        ExpiresAt(state) <= now ? new ServiceEvent.JobExpired(now) : null;

    /// <summary>Null while it is under way, and when it is kept until somebody removes it.</summary>
    public static DateTimeOffset? ExpiresAt(ServiceState state) =>
        state.Spec.IsJob() && !state.Spec.IsPeriodic() && state.Spec.Job.KeepFor is { } keep
            ? EndedAt(state)?.Plus(keep) : null;

    private static DateTimeOffset? EndedAt(ServiceState state)
    {
        if (state.Slots.IsEmpty || state.Slots.Values.Any(slot => slot.End == SlotEnd.None)) return null;

        // Of a lost node no end is heard, and its word is not waited for: the slots have ended without it.
        if (state.Tasks.Values.Any(task => !task.HasEnded() && !state.IsLost(task.Node))) return null;
        return state.Tasks.Values.Select(task => task.ChangedAt).Append(state.UpdatedAt).Max();
    }
}

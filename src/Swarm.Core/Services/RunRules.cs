using System.Collections.Immutable;
using System.Globalization;

namespace Swarm.Core.Services;

/// <summary>When a periodic job runs, when a run has ended, and how long it is remembered.</summary>
/// <remarks>
/// A time of the schedule is decided once: by an event that a run began, or was left out. Of the times that went by
/// while nobody decided only the last one counts. Drawn in docs/services.md.
/// </remarks>
internal static class RunRules
{
    /// <summary>More runs than this are not under way at one time, whatever the schedule.</summary>
    public const int MostUnderWay = 20;

    private const int MostSlots = 10_000;

    /// <summary>What is to be done next about runs; nothing for what is not periodic.</summary>
    public static ImmutableArray<ServiceEvent> Step(ServiceState state, DateTimeOffset now)
    {
        if (!state.Spec.IsPeriodic()) return [];
        var ended = state.Runs.UnderWay.Where(run => HasEnded(state, run.Number)).ToImmutableArray();
        if (!ended.IsEmpty) return [.. ended.Select(run => End(state, run.Number, now))];
        if (Due(state, now) is { Length: > 0 } due) return due;
        return Outlived(state, now) is { Length: > 0 } outlived ? [new ServiceEvent.RunsForgotten(outlived)] : [];
    }

    /// <summary>Begins a run at once, whatever the schedule says.</summary>
    public static ServiceDecision RunNow(ServiceState state, RunJob command, DateTimeOffset now)
    {
        if (!state.Exists) return InputRules.NotFound(state);
        if (state.Removing) return ServiceDecision.Refused(InputRules.BeingRemoved(state));
        if (!state.Spec.IsPeriodic())
            return ServiceDecision.Refused($"service {state.Name} is not a periodic job: deploying it runs it");
        if (Hindrance(state) is { } why) return ServiceDecision.Refused($"service {state.Name}: {why}");
        var number = state.Runs.Last + 1;
        return new ServiceDecision(
            [.. Replaced(state, now),
                new ServiceEvent.RunBegun(number, now, now) { Request = command.Request }])
        { Changed = true, Run = number };
    }

    /// <summary>When the next run is due; null when none is, or none can be told.</summary>
    public static DateTimeOffset? NextAt(ServiceState state) =>
        state.Spec.Job.Schedule is { Suspended: false } schedule && !state.Removing
            ? JobTimes.Next(schedule, state.Runs.DecidedTo) : null;

    /// <summary>When there is something to be done about runs that only time brings.</summary>
    public static IEnumerable<DateTimeOffset?> WakeTimes(ServiceState state)
    {
        if (!state.Spec.IsPeriodic()) yield break;
        yield return NextAt(state);
        if (state.Spec.Job.KeepFor is not { } keep) yield break;
        foreach (var run in state.Runs.Runs) yield return run.EndedAt?.Plus(keep);
    }

    /// <summary>Another schedule holds from now on; what the old one left open is not made up for.</summary>
    public static RunHistory Change(RunHistory history, ServiceSpec? old, ServiceSpec spec, DateTimeOffset at) =>
        spec.Job.Schedule == old?.Job.Schedule ? history : history with { DecidedTo = at };

    private static ImmutableArray<ServiceEvent> Due(ServiceState state, DateTimeOffset now)
    {
        if (state.Spec.Job.Schedule is not { Suspended: false } schedule) return [];
        if (JobTimes.Latest(schedule, state.Runs.DecidedTo, now) is not { } due) return [];
        if (Hindrance(state) is not null) return [new ServiceEvent.RunLeftOut(due)];
        return [.. Replaced(state, now), new ServiceEvent.RunBegun(state.Runs.Last + 1, due, now)];
    }

    /// <summary>Why no run may begin; null when one may.</summary>
    private static string? Hindrance(ServiceState state)
    {
        var overlap = state.Spec.Job.Schedule!.Overlap;
        var underWay = state.Runs.UnderWay.ToList();
        if (underWay.Count == 0 || overlap == OverlapPolicy.Replace) return null;
        if (overlap == OverlapPolicy.Forbid)
            return Say($"run {underWay[^1].Number} is under way, and its runs may not overlap");
        if (underWay.Count >= MostUnderWay) return Say($"{underWay.Count} runs are under way, as many as may be");
        return state.Spec.Mode is ServiceMode.ReplicatedJob job && state.Slots.Count + job.Completions > MostSlots
            ? Say($"its runs under way have {state.Slots.Count} tasks: there can be {MostSlots}") : null;
    }

    private static IEnumerable<ServiceEvent> Replaced(ServiceState state, DateTimeOffset now) =>
        state.Spec.Job.Schedule!.Overlap == OverlapPolicy.Replace
            ? state.Runs.UnderWay.Select(run => new ServiceEvent.RunEnded(
                run.Number, null, Say($"run {state.Runs.Last + 1} took its place"), now))
            : [];

    private static IEnumerable<KeyValuePair<int, Slot>> SlotsOf(ServiceState state, long run) =>
        state.Slots.Where(slot => slot.Value.Run == run);

    private static bool HasEnded(ServiceState state, long run)
    {
        var slots = SlotsOf(state, run).ToList();
        return slots.Count > 0 && slots.TrueForAll(slot => slot.Value.End != SlotEnd.None);
    }

    private static ServiceEvent.RunEnded End(ServiceState state, long run, DateTimeOffset now)
    {
        var slots = SlotsOf(state, run).ToList();
        var failed = slots.FindAll(slot => slot.Value.End == SlotEnd.GivenUp);
        if (failed.Count == 0) return new ServiceEvent.RunEnded(run, 0, "", now);

        var code = failed.Select(slot => slot.Value.ExitCode).FirstOrDefault(code => code is not null);
        var why = state.Tasks.Values.LastOrDefault(task => task.Run == run && task.Slot == failed[0].Key
            && task.State > TaskState.Complete)?.Reason;
        return new ServiceEvent.RunEnded(
            run, code,
            Say($"{failed.Count} of {slots.Count} tasks failed") + (string.IsNullOrEmpty(why) ? "" : ": " + why), now);
    }

    private static ImmutableArray<long> Outlived(ServiceState state, DateTimeOffset now)
    {
        var policy = state.Spec.Job;
        var keep = policy.KeepFor ?? TimeSpan.MaxValue;
        var ended = state.Runs.Runs.Where(run => run.EndedAt is not null).ToList();
        return
        [
            .. ended.Where((run, i) => i < ended.Count - policy.RunsKept || run.EndedAt?.Plus(keep) <= now)
                .Select(run => run.Number),
        ];
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

using System.Collections.Immutable;

namespace Swarm.Core.Services;

/// <summary>What the events of runs make of a periodic job.</summary>
internal static class RunEvents
{
    /// <summary>Opens the slots of a run, at the lowest numbers that are free; those of a global job are opened when
    /// it is known which nodes there are.</summary>
    public static ServiceState Begin(ServiceState state, ServiceEvent.RunBegun begun)
    {
        var history = state.Runs;
        var count = state.Spec.Mode is ServiceMode.ReplicatedJob job ? job.Completions : 0;
        var free = Enumerable.Range(1, state.Slots.Count + count)
            .Where(slot => !state.Slots.ContainsKey(slot)).Take(count);
        var run = new JobRun(begun.Run, begun.DueAt, begun.At, null, null) { AskedFor = begun.Request is not null };
        return state with
        {
            Slots = state.Slots.AddRange(free.Select(
                slot => KeyValuePair.Create(slot, Slot.Fresh with { Run = begun.Run }))),
            Runs = history with
            {
                Last = begun.Run,
                DecidedTo = begun.Request is null ? begun.DueAt : history.DecidedTo,
                Runs = history.Runs.Add(run),
            },
        };
    }

    /// <summary>It counts for the run that was in its way.</summary>
    public static ServiceState LeaveOut(ServiceState state, ServiceEvent.RunLeftOut left)
    {
        var (history, hinder) = (state.Runs, state.Runs.UnderWay.LastOrDefault());
        var runs = hinder is null ? history.Runs
            : history.Runs.Replace(hinder, hinder with { LeftOut = hinder.LeftOut + 1 });
        return state with { Runs = history with { DecidedTo = left.DueAt, Runs = runs } };
    }

    /// <summary>Closes its slots; the caller stops what is left of its tasks.</summary>
    public static ServiceState End(ServiceState state, ServiceEvent.RunEnded ended) => state with
    {
        Slots = state.Slots.RemoveRange(
            state.Slots.Where(slot => slot.Value.Run == ended.Run).Select(slot => slot.Key)),
        Runs = state.Runs with
        {
            Runs = [.. state.Runs.Runs.Select(run => run.Number != ended.Run ? run
                : run with { EndedAt = ended.At, ExitCode = ended.ExitCode, Reason = ended.Reason })],
        },
    };

    public static ServiceState Forget(ServiceState state, ImmutableArray<long> runs) => state with
    {
        Runs = state.Runs with { Runs = state.Runs.Runs.RemoveAll(run => runs.Contains(run.Number)) },
    };

    public static ImmutableArray<long> TasksOf(ServiceState state, params ImmutableArray<long> runs) =>
        [.. state.Tasks.Where(task => runs.Contains(task.Value.Run)).Select(task => task.Key)];
}

using System.Collections.Immutable;
using Swarm.Core.Placement;

namespace Swarm.Core.Services;

/// <summary>The slots of a global service: one for each node that its rules of placement allow.</summary>
internal static class GlobalRules
{
    /// <summary>Opens slots for nodes that have come, and closes those of nodes that have gone; what a job has done on
    /// a node stays done. Of a periodic job each run under way has its own.</summary>
    public static ServiceDecision Decide(ServiceState state, EligibleNodes answer)
    {
        if (!state.Exists || Question(state)?.IsAnsweredBy(answer) != true) return ServiceDecision.Nothing;

        var wanted = answer.Nodes.Concat(answer.Awaited).ToHashSet();
        var gone = state.Slots
            .Where(slot => !(slot.Value.Node is { } node && wanted.Contains(node)))
            .Where(slot => slot.Value.End == SlotEnd.None || !state.Spec.IsJob())
            .Select(slot => slot.Key).ToImmutableArray();
        var events = ImmutableArray.CreateBuilder<ServiceEvent>();
        if (gone.Length > 0) events.Add(new ServiceEvent.SlotsClosed(gone));

        var used = state.Slots.Keys.ToHashSet();
        foreach (var run in RunsOf(state))
        {
            var taken = state.Slots.Values.Where(slot => slot.Run == run).Select(slot => slot.Node).ToHashSet();
            var come = answer.Nodes.Distinct().Where(node => !taken.Contains(node)).ToImmutableArray();
            if (come.IsEmpty) continue;
            var free = Enumerable.Range(1, used.Count + come.Length)
                .Where(slot => !used.Contains(slot)).Take(come.Length).ToImmutableArray();
            used.UnionWith(free);
            events.Add(new ServiceEvent.SlotsOpened(free) { Nodes = come, Run = run });
        }

        return new ServiceDecision(events.ToImmutable());
    }

    /// <summary>What is asked again and again, and at once for each run of a periodic job; null while nothing is to
    /// be known.</summary>
    public static GetEligibleNodes? Question(ServiceState state) =>
        state.Spec.IsGlobal() && !state.Removing && RunsOf(state) is [.., var run]
            ? new GetEligibleNodes(state.Spec.Pool, state.Name, state.Spec.Placement) { Run = run }
            : null;

    private static ImmutableArray<long> RunsOf(ServiceState state) =>
        state.Spec.IsPeriodic() ? [.. state.Runs.UnderWay.Select(run => run.Number)] : [0];

    public static NodeId? NodeFor(ServiceState state, ServiceTask task) =>
        state.Slots.TryGetValue(task.Slot, out var slot) ? slot.Node : null;
}

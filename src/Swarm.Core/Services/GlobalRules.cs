using System.Collections.Immutable;
using Swarm.Core.Placement;

namespace Swarm.Core.Services;

/// <summary>The slots of a global service: one for each node that its rules of placement allow.</summary>
internal static class GlobalRules
{
    /// <summary>Opens slots for nodes that have come, and closes those of nodes that have gone; what a job has done on
    /// a node stays done.</summary>
    public static ServiceDecision Decide(ServiceState state, EligibleNodes answer)
    {
        if (!state.Exists || state.Removing || !state.Spec.IsGlobal()) return ServiceDecision.Nothing;

        var wanted = answer.Nodes.ToHashSet();
        var taken = state.Slots.Values.Select(slot => slot.Node).OfType<NodeId>().ToHashSet();
        var gone = state.Slots
            .Where(slot => !(slot.Value.Node is { } node && wanted.Contains(node)))
            .Where(slot => slot.Value.End == SlotEnd.None || !state.Spec.IsJob())
            .Select(slot => slot.Key).ToImmutableArray();
        var come = answer.Nodes.Distinct().Where(node => !taken.Contains(node)).ToImmutableArray();
        var free = Enumerable.Range(1, state.Slots.Count + come.Length)
            .Where(slot => !state.Slots.ContainsKey(slot)).Take(come.Length).ToImmutableArray();

        var events = ImmutableArray.CreateBuilder<ServiceEvent>();
        if (gone.Length > 0) events.Add(new ServiceEvent.SlotsClosed(gone));
        if (come.Length > 0) events.Add(new ServiceEvent.SlotsOpened(free) { Nodes = come });
        return new ServiceDecision(events.ToImmutable());
    }

    /// <summary>What is asked again and again; null for a service that is not global.</summary>
    public static GetEligibleNodes? Question(ServiceState state) =>
        state.Spec.IsGlobal() && !state.Removing
            ? new GetEligibleNodes(state.Spec.Pool, state.Name, state.Spec.Placement)
            : null;

    public static NodeId? NodeFor(ServiceState state, ServiceTask task) =>
        state.Slots.TryGetValue(task.Slot, out var slot) ? slot.Node : null;
}

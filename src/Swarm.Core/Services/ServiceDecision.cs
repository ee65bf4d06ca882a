using System.Collections.Immutable;
using Swarm.Core.Placement;

namespace Swarm.Core.Services;

/// <summary>What a service's rules decided about one input.</summary>
/// <param name="Events">To be persisted, then applied in this order.</param>
/// <param name="Refusal">Why the input was not accepted; then there are no events.</param>
public sealed record ServiceDecision(ImmutableArray<ServiceEvent> Events, string? Refusal = null)
{
    public static ServiceDecision Nothing { get; } = new([]);
}

/// <summary>What a service, as it stands, wants of the world beyond its nodes; derived from the state, so asked again after a restart.</summary>
/// <param name="Placement">Tasks that wait for a place, as one request.</param>
/// <param name="WakeAt">When to look again: a back-off, a delay or a watch ends.</param>
public sealed record ServiceNeeds(PlaceTasks? Placement, DateTimeOffset? WakeAt);

using System.Collections.Immutable;
using Swarm.Core.Placement;

namespace Swarm.Core.Services;

/// <summary>What a service's rules decided about one input.</summary>
/// <param name="Events">To be persisted, then applied in this order.</param>
/// <param name="Refusal">Why the input was not accepted; then there are no events.</param>
public sealed record ServiceDecision(ImmutableArray<ServiceEvent> Events, string? Refusal = null)
{
    public static ServiceDecision Nothing { get; } = new([]);

    /// <summary>Of a client's request: it made the service another than it was. A repeated
    /// request says what the first said.</summary>
    public bool Changed { get; init; }

    /// <summary>The run of a periodic job that the request began; 0 for none.</summary>
    public long Run { get; init; }

    /// <summary>It was refused because there is no such service.</summary>
    public bool NotFound { get; init; }

    internal static ServiceDecision Refused(string reason) => new([], reason);
}

/// <summary>What a service, as it stands, wants of the world beyond its nodes; derived from
/// the state, so asked again after a restart.</summary>
/// <param name="Placement">Tasks that wait for a place, as one request; to be repeated until it is answered.</param>
/// <param name="WakeAt">When to look again: a back-off, a delay or a watch ends. Always later than the time it was
/// asked for, provided that the last decision was made at that time.</param>
public sealed record ServiceNeeds(PlaceTasks? Placement, DateTimeOffset? WakeAt)
{
    /// <summary>Asked by a global service for as long as it lives: every 20 s, and at once when the question
    /// changes.</summary>
    public GetEligibleNodes? Eligible { get; init; }
}

using System.Collections.Immutable;
using Nerdbank.MessagePack;
using PolyType;

namespace Swarm.Core.Services;

/// <summary>What a service's entity is told.</summary>
public abstract record ServiceInput
{
    private ServiceInput()
    {
    }

    /// <param name="NewId">The id to take when the service does not exist yet.</param>
    public sealed record Deploy(DeployService Command, ServiceId NewId) : ServiceInput;

    public sealed record Scale(ScaleService Command) : ServiceInput;

    public sealed record Remove(RemoveService Command) : ServiceInput;

    public sealed record Placed(Placement.PlacementsMade Answer) : ServiceInput;

    public sealed record Reported(ReportTasks Report) : ServiceInput;

    public sealed record ReachabilityChanged(NodeReachabilityChanged Change) : ServiceInput;

    public sealed record Resolved(ImageResolved Meaning) : ServiceInput;

    /// <summary>The time that <see cref="ServiceNeeds.WakeAt"/> asked for has come.</summary>
    public sealed record Woke : ServiceInput;
}

/// <summary>What happened to a service: its journal.</summary>
[DerivedTypeShape(typeof(SpecAccepted), Tag = 0)]
public abstract partial record ServiceEvent
{
    private ServiceEvent()
    {
    }

    public sealed record SpecAccepted(
        [property: Key(0)] ServiceId Id, [property: Key(1)] ServiceSpec Spec, [property: Key(2)] RequestId Request,
        [property: Key(3)] DateTimeOffset At) : ServiceEvent;
}

/// <summary>A service: what it should be, and every task given out for it.</summary>
public sealed record ServiceState
{
    [Key(0)] public required ServiceName Name { get; init; }

    public static ServiceState Empty(ServiceName name) => new() { Name = name };
}

/// <summary>How a service behaves: pure decisions, from a state and an input to events.</summary>
public static class ServiceRules
{
    /// <summary>Decides about one input. Apply the events, in order, and ask <see cref="Needs"/> and <see cref="OrdersFor"/>.</summary>
    public static ServiceDecision Decide(ServiceState state, ServiceInput input, DateTimeOffset now) => throw new NotImplementedException();

    public static ServiceState Apply(ServiceState state, ServiceEvent happened) => throw new NotImplementedException();

    public static ServiceNeeds Needs(ServiceState state, DateTimeOffset now) => throw new NotImplementedException();

    /// <summary>Every node that has, or still has to forget, tasks of the service.</summary>
    public static ImmutableArray<NodeId> NodesOf(ServiceState state) => throw new NotImplementedException();

    /// <summary>All the service wants of one node.</summary>
    public static ApplyServiceTasks OrdersFor(ServiceState state, NodeId node, long sequence) => throw new NotImplementedException();

    /// <summary>Null when there is no such service.</summary>
    public static ServiceDetails? Describe(ServiceState state) => throw new NotImplementedException();

    public static ServiceListing? List(ServiceState state) => throw new NotImplementedException();

    /// <summary>Removed, and nothing of it is left on any node: the entity may forget it and end.</summary>
    public static bool IsGone(ServiceState state) => throw new NotImplementedException();
}

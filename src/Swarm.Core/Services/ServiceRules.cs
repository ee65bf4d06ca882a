using System.Collections.Immutable;
using System.Diagnostics;
using Swarm.Core.Placement;

namespace Swarm.Core.Services;

/// <summary>How a service behaves: pure decisions, from a state and an input to events.</summary>
/// <remarks>
/// An input is first turned into the events that it is (<see cref="InputRules"/>); then the service is settled: steps
/// of <see cref="Reconcile"/> follow each other until nothing is left to be done at this time. So every decision leaves
/// a service of which <see cref="Needs"/> only wants something later.
/// </remarks>
public static class ServiceRules
{
    private const int MaxSteps = 100;

    /// <summary>Decides about one input. Apply the events, in order, and ask <see cref="Needs"/> and
    /// <see cref="OrdersFor"/>.</summary>
    /// <param name="holds">Of an at-most-once service: the leases it gave. Null: none.</param>
    public static ServiceDecision Decide(
        ServiceState state, ServiceInput input, DateTimeOffset now, LeaseHolds? holds = null)
    {
        var decision = InputRules.Decide(state, input, now);
        return decision.Refusal is null ? Settle(state, decision, now, holds ?? LeaseHolds.None) : decision;
    }

    /// <summary>The state after an event. An event that no longer applies changes nothing.</summary>
    public static ServiceState Apply(ServiceState state, ServiceEvent happened) => EventRules.Apply(state, happened);

    /// <summary>What is wanted beyond the nodes, at this time.</summary>
    public static ServiceNeeds Needs(ServiceState state, DateTimeOffset now, LeaseHolds? holds = null) =>
        NeedsRules.Needs(state, now, holds ?? LeaseHolds.None);

    /// <summary>What the placer is told so that a failover need not wait for an image; null for nothing.</summary>
    public static PrepareStandbys? Standbys(ServiceState state, DateTimeOffset now) => NeedsRules.Standbys(state, now);

    /// <summary>Whether a node may be given a lease: it has tasks that need one, and is not taken for lost.</summary>
    public static bool MayRenewLease(ServiceState state, NodeId node) => LeaseRules.MayRenew(state, node);

    /// <summary>How long a lease lasts that is given now.</summary>
    public static TimeSpan LeaseFor(ServiceState state) => state.Spec.LeaseFor;

    /// <summary>How long one may last that was given before.</summary>
    public static TimeSpan LongestLease(ServiceState state) => LeaseRules.Longest(state);

    /// <summary>Every node that has, or still has to forget, tasks of the service.</summary>
    public static ImmutableArray<NodeId> NodesOf(ServiceState state) => ServiceOrders.NodesOf(state);

    /// <summary>All the service wants of one node. The templates are of those tasks that are
    /// not to be removed.</summary>
    /// <remarks>
    /// A node answers an order to remove with a report of <see cref="TaskState.Remove"/>, also for a task it never had:
    /// the task is stopped and forgotten, and the service forgets it too. A task's version of the specification may
    /// change while it runs; that is no reason to touch its container, for only an equal container is taken over.
    /// </remarks>
    public static ApplyServiceTasks OrdersFor(ServiceState state, NodeId node, long sequence) =>
        ServiceOrders.OrdersFor(state, node, sequence);

    /// <summary>An order in parts of which each fits into one message; most are one.</summary>
    public static ImmutableArray<ApplyServiceTasks> Split(ApplyServiceTasks order) => OrderParts.Split(order);

    /// <summary>Tasks of a report that this service does not have on that node: to be removed there.</summary>
    public static ImmutableArray<TaskId> UnknownTasks(ServiceState state, ReportTasks report) =>
        ServiceOrders.UnknownTasks(state, report);

    /// <summary>Null when there is no such service.</summary>
    public static ServiceDetails? Describe(ServiceState state) => ServiceViews.Describe(state);

    /// <summary>The same with at most so many tasks, and only those numbered higher than
    /// <paramref name="after"/>.</summary>
    public static ServiceDetails? DescribePage(ServiceState state, long after, int most) =>
        ServiceViews.Describe(state, after, most);

    /// <summary>Null when there is no such service.</summary>
    public static ServiceListing? List(ServiceState state) => ServiceViews.List(state);

    /// <summary>Removed, and nothing of it is left on any node: the entity may forget it and end.</summary>
    public static bool IsGone(ServiceState state) => state is { Id: not null, Removing: true, Tasks.IsEmpty: true };

    private static ServiceDecision Settle(
        ServiceState state, ServiceDecision decision, DateTimeOffset now, LeaseHolds holds)
    {
        var events = decision.Events.ToBuilder();
        foreach (var happened in decision.Events) state = Apply(state, happened);

        for (var steps = 0; ; steps++)
        {
            if (steps == MaxSteps) throw new UnreachableException($"service {state.Name} does not settle");
            var next = Reconcile.Step(state, holds, now);
            if (next.Length == 0) return decision with { Events = events.ToImmutable() };

            events.AddRange(next);
            foreach (var happened in next) state = Apply(state, happened);
        }
    }
}

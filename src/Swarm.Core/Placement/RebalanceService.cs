using System.Collections.Immutable;
using Swarm.Core.Containers;
using Swarm.Core.Services;

namespace Swarm.Core.Placement;

/// <summary>What is to be known of a service to even out its tasks.</summary>
/// <param name="CanMove">Its tasks may be moved: it is replicated, spread, not being updated or removed, and its tasks
/// need not be near each other.</param>
/// <param name="Willing">They may be moved without being asked for.</param>
/// <param name="PerNode">Its tasks that run or are to run, by the ids of their nodes.</param>
/// <param name="Movable">Those of them that can be moved now, with their nodes, the oldest first.</param>
public sealed record RebalanceService(
    ServiceName Name, string Pool, PlacementRules Rules, Resources Reservations,
    ImmutableArray<PublishedPort> HostPorts, bool CanMove, bool Willing,
    ImmutableSortedDictionary<string, int> PerNode, ImmutableArray<TaskPlacement> Movable)
{
    /// <param name="service">With all its tasks.</param>
    public static RebalanceService Of(ServiceDetails service)
    {
        ArgumentNullException.ThrowIfNull(service);
        var spec = service.Spec;
        var live = service.Tasks.Where(task => task.IsLive() && task.Node is not null).ToList();
        var isKeptTogether = spec.Placement.Affinities.Any(rule => rule.Near && rule.Service == spec.Name);
        return new RebalanceService(
            spec.Name, spec.Pool, spec.Placement, spec.Reservations,
            [.. spec.Container.Ports.Where(port => port is { Mode: PublishMode.Host, HostPort: > 0 })],
            spec.Mode is ServiceMode.Replicated && spec.Placement.Strategy == PlacementStrategy.Spread
                && !isKeptTogether && !service.Removing
                && service.Update.Phase is not (UpdatePhase.Updating or UpdatePhase.RollingBack),
            spec.RebalancesItself,
            live.CountBy(task => task.Node!.Value.Value)
                .ToImmutableSortedDictionary(node => node.Key, node => node.Value),
            [
                .. live.Where(task => task is { State: TaskState.Running, Leaving: "", Unseen: false }
                        && task.SpecVersion == service.Version)
                    .Select(task => new TaskPlacement(task.Id, task.Node!.Value)),
            ]);
    }

    /// <summary>As if the service asked for one more task.</summary>
    internal PlaceTasks AsRequest() => new(
        Pool, Name, 0, [], Reservations, Rules, HostPorts, ImmutableSortedDictionary<string, int>.Empty, PerNode);
}

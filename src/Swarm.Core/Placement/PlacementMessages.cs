using System.Collections.Immutable;
using Nerdbank.MessagePack;
using Swarm.Core.Containers;
using Swarm.Core.Nodes;
using Swarm.Core.Services;

namespace Swarm.Core.Placement;

/// <summary>What is sent to the placer of a pool.</summary>
public interface IPlacerMessage
{
    string Pool { get; }
}

/// <summary>Choose a node for each of these equal tasks. The answer is <see cref="PlacementsMade"/>.</summary>
/// <param name="Request">Chosen by the service: the same request again is answered as before.</param>
/// <param name="AvoidNodes">Nodes on which the service failed lately, with how often.</param>
public sealed record PlaceTasks(
    [property: Key(0)] string Pool,
    [property: Key(1)] ServiceName Service,
    [property: Key(2)] long Request,
    [property: Key(3)] ImmutableArray<TaskId> Tasks,
    [property: Key(4)] Resources Reservations,
    [property: Key(5)] PlacementRules Rules,
    [property: Key(6)] ImmutableArray<PublishedPort> HostPorts,
    [property: Key(7)] ImmutableSortedDictionary<string, int> AvoidNodes,
    [property: Key(8)] ImmutableSortedDictionary<string, int> RunningPerNode) : IPlacerMessage;

public sealed record PlacementsMade(
    [property: Key(0)] ServiceName Service,
    [property: Key(1)] long Request,
    [property: Key(2)] ImmutableArray<TaskPlacement> Placed,
    [property: Key(3)] ImmutableArray<TaskId> Unplaced,
    [property: Key(4)] string Reason) : IServiceMessage
{
    /// <summary>A node would do if something on it stopped: it lacks only resources, ports or places.</summary>
    [Key(5)] public bool LacksRoom { get; init; }
}

public sealed record TaskPlacement([property: Key(0)] TaskId Task, [property: Key(1)] NodeId Node);

/// <summary>What a node tells the placer of its pool: on change, and as a heartbeat.</summary>
/// <param name="Report">Grows while the node process lives; an older one is ignored.</param>
public sealed record NodeReport(
    [property: Key(0)] string Pool,
    [property: Key(1)] NodeDescription Node,
    [property: Key(2)] NodeSettings Settings,
    [property: Key(3)] long Report,
    [property: Key(4)] Resources Reserved,
    [property: Key(5)] ImmutableArray<TaskId> Tasks,
    [property: Key(6)] ImmutableArray<PublishedPort> HostPorts) : IPlacerMessage;

/// <summary>A placer that has just come up asks every node it can reach; it places nothing
/// until they have answered.</summary>
public sealed record GetNodeReport([property: Key(0)] string Pool);

/// <summary>Told to a service that waits for room: there is more of it than when it last
/// asked, so it asks again at once.</summary>
public sealed record CapacityFreed([property: Key(0)] ServiceName Service) : IServiceMessage;

using System.Collections.Immutable;
using Nerdbank.MessagePack;
using Swarm.Core.Containers;
using Swarm.Core.Images;
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
    [property: Key(8)] ImmutableSortedDictionary<string, int> RunningPerNode) : IPlacerMessage
{
    /// <summary>Tasks that have one node only: they go there or nowhere.</summary>
    [Key(9)] public ImmutableArray<TaskPlacement> Bound { get; init; } = [];

    /// <summary>The id of the image that the tasks are made of: nodes that have it, or much of it, are preferred. Null
    /// where it is not known yet.</summary>
    [Key(10)] public Digest? Image { get; init; }
}

/// <summary>Told by a replicated service at rest, again and again: where its tasks would go if one of its nodes were
/// lost, its image is to be. Not answered.</summary>
/// <param name="Next">As it would ask for one more task, but names none.</param>
public sealed record PrepareStandbys([property: Key(0)] PlaceTasks Next) : IPlacerMessage
{
    string IPlacerMessage.Pool => Next.Pool;
}

/// <summary>Asked by a global service, again and again: on which nodes shall it have a task?</summary>
public sealed record GetEligibleNodes(
    [property: Key(0)] string Pool, [property: Key(1)] ServiceName Service, [property: Key(2)] PlacementRules Rules)
    : IPlacerMessage
{
    /// <summary>The run of a periodic job that asks, so that each new one asks anew.</summary>
    [Key(3)] public long Run { get; init; }

    /// <summary>Whether what is told holds for the pool and the rules asked about. Another pool's placer goes on
    /// telling for a while what it was asked before; one that does not say what it was asked is believed.</summary>
    public bool IsAnsweredBy(EligibleNodes answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return answer.Question is not { } asked
            || (asked.Pool == Pool && SpecComparison.SameRules(asked.Rules, Rules));
    }
}

/// <summary>The answer; told again for as long as the service keeps asking, whenever it changes.</summary>
/// <param name="Nodes">Those of the pool that the rules allow and that are not drained, whether there is room or
/// not, in the order of their ids. A node out of reach stays in it until it is removed from the cluster.</param>
public sealed record EligibleNodes(
    [property: Key(0)] ServiceName Service, [property: Key(1)] ImmutableArray<NodeId> Nodes) : IServiceMessage
{
    /// <summary>What was asked; null from a placer that does not say it yet.</summary>
    [Key(2)] public GetEligibleNodes? Question { get; init; }

    /// <summary>Others that may be about to come back, as after a restart: who has a task there keeps it.</summary>
    [Key(3)] public ImmutableArray<NodeId> Awaited { get; init; } = [];
}

/// <summary>Even out the load of a pool by moving tasks, one at a time. The answer is <see
/// cref="RebalancePlan"/>.</summary>
/// <param name="DryRun">Only say what would be moved.</param>
public sealed record RebalancePool(
    [property: Key(0)] RequestId Request, [property: Key(1)] string Pool, [property: Key(2)] bool DryRun)
    : IPlacerMessage;

/// <param name="Moves">In the order in which they are made; the same request again has the same.</param>
/// <param name="Reason">Why there is none; empty when there are some.</param>
public sealed record RebalancePlan(
    [property: Key(0)] RequestId Request, [property: Key(1)] ImmutableArray<RebalanceMove> Moves,
    [property: Key(2)] string Reason);

/// <param name="To">Where it would go as things stand; the placer chooses when it comes to it.</param>
public sealed record RebalanceMove(
    [property: Key(0)] ServiceName Service, [property: Key(1)] TaskId Task, [property: Key(2)] NodeId From,
    [property: Key(3)] NodeId To, [property: Key(4)] string Reason);

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
    [property: Key(6)] ImmutableArray<PublishedPort> HostPorts) : IPlacerMessage
{
    /// <summary>The tasks' services, by their names, with how many tasks of each.</summary>
    [Key(7)]
    public ImmutableSortedDictionary<string, int> Services { get; init; } =
        ImmutableSortedDictionary<string, int>.Empty;

    /// <summary>Marks of images that the node has: the first 8 bytes of their ids, in their order.</summary>
    [Key(8)] public ImmutableArray<ulong> Images { get; init; } = [];

    /// <summary>The disk is full: the node takes no new tasks, and keeps those it has.</summary>
    [Key(9)] public bool IsDiskFull { get; init; }

    /// <summary>The layers of those images, each once, in the order of their marks.</summary>
    [Key(10)] public ImmutableArray<ReportedLayer> Layers { get; init; } = [];

    /// <summary>Which of the layers each of the images has, by their numbers, the lowest first: in the order of
    /// <see cref="Images"/>. Of an image without any it is not told.</summary>
    [Key(11)] public ImmutableArray<ImmutableArray<int>> LayersOfImages { get; init; } = [];
}

/// <param name="Mark">The first 8 bytes of the digest of its blob.</param>
/// <param name="Size">Bytes of its blob.</param>
public readonly record struct ReportedLayer([property: Key(0)] ulong Mark, [property: Key(1)] long Size);

/// <summary>A placer that has just come up asks every node it can reach; it places nothing
/// until they have answered.</summary>
public sealed record GetNodeReport([property: Key(0)] string Pool);

/// <summary>Told to a service that waits for room: there is more of it than when it last
/// asked, so it asks again at once.</summary>
public sealed record CapacityFreed([property: Key(0)] ServiceName Service) : IServiceMessage;

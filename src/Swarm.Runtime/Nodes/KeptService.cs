using System.Collections.Immutable;
using Nerdbank.MessagePack;
using PolyType;
using Swarm.Core;
using Swarm.Core.Services;

namespace Swarm.Runtime.Nodes;

/// <summary>What a node keeps of one service over its own restarts: the last order it took,
/// and how far each task came.</summary>
/// <remarks>Stands on disk: keys are never given another meaning.</remarks>
[GenerateShape]
public sealed partial record KeptService
{
    [Key(0)] public required ServiceName Name { get; init; }

    [Key(1)] public ServiceId Id { get; init; }

    /// <summary>The highest sequence taken; what is older is refused.</summary>
    [Key(2)] public long Sequence { get; init; }

    /// <summary>The number of the last report to the service.</summary>
    [Key(3)] public long Report { get; init; }

    [Key(4)] public ImmutableArray<TaskTemplate> Templates { get; init; } = [];

    /// <summary>Empty for a service that is gone from here and only fenced.</summary>
    [Key(5)] public ImmutableArray<KeptTask> Tasks { get; init; } = [];
}

/// <summary>One task that was given to the node.</summary>
/// <param name="SpecVersion">Of the template that it was made from.</param>
/// <param name="At">When it came into its state.</param>
public sealed record KeptTask(
    [property: Key(0)] TaskId Task,
    [property: Key(1)] int Slot,
    [property: Key(2)] long SpecVersion,
    [property: Key(3)] TaskState Desired,
    [property: Key(4)] TaskState State,
    [property: Key(5)] string Reason,
    [property: Key(6)] DateTimeOffset At,
    [property: Key(7)] ContainerObservation? Container);

/// <summary>All that a node finds of its former life.</summary>
/// <param name="Unreadable">Services whose file is broken, with what is wrong. It was set aside, never deleted.</param>
public sealed record KeptNode(
    ImmutableArray<KeptService> Services, ImmutableSortedDictionary<string, string> Unreadable);

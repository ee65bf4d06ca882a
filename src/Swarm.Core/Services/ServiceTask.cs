using System.Collections.Immutable;
using Nerdbank.MessagePack;
using Swarm.Core.Containers;

namespace Swarm.Core.Services;

/// <summary>One attempt to run one container of a service on one node.</summary>
/// <param name="SpecVersion">The version of the service's specification that it was made from.</param>
public sealed record ServiceTask(
    [property: Key(0)] TaskId Id,
    [property: Key(1)] int Slot,
    [property: Key(2)] long SpecVersion,
    [property: Key(3)] TaskState Desired,
    [property: Key(4)] TaskState State)
{
    [Key(5)] public NodeId? Node { get; init; }

    /// <summary>Why it is in its state, for people: the placer's, the node's or the kernel's words.</summary>
    [Key(6)] public string Reason { get; init; } = "";

    [Key(7)] public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last changed its state.</summary>
    [Key(8)] public DateTimeOffset ChangedAt { get; init; }

    [Key(9)] public ContainerObservation? Container { get; init; }

    /// <summary>Why another task is to take its place on another node; empty when it may stay.</summary>
    [Key(10)] public string Leaving { get; init; } = "";

    /// <summary>The run of a job that it belongs to; 0 for what is not periodic.</summary>
    [Key(11)] public long Run { get; init; }

    /// <summary>Its node was taken for lost and is back, and has not yet said what became of it.</summary>
    [Key(12)] public bool Unseen { get; init; }

    /// <summary>Its container was started anew while its node was taken for lost: what took its place has run for
    /// longer.</summary>
    [Key(13)] public bool BegunAnew { get; init; }
}

/// <summary>What the node saw of a task's container.</summary>
public sealed record ContainerObservation
{
    [Key(0)] public required ContainerId Id { get; init; }

    /// <summary>Null until it ended. 128 + signal for one that was killed; -1 when it could not be learnt.</summary>
    [Key(1)] public int? ExitCode { get; init; }

    [Key(2)] public bool OutOfMemory { get; init; }

    /// <summary>How often the node restarted it in place.</summary>
    [Key(3)] public int Restarts { get; init; }

    [Key(4)] public DateTimeOffset? StartedAt { get; init; }

    [Key(5)] public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Its IPv4 addresses, the default network's first.</summary>
    [Key(6)] public ImmutableArray<string> Addresses { get; init; } = [];

    /// <summary>Ports of the host that lead to it, with the host port that was chosen.</summary>
    [Key(7)] public ImmutableArray<PublishedPort> Ports { get; init; } = [];
}

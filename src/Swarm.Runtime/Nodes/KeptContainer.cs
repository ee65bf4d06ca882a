using Nerdbank.MessagePack;
using PolyType;
using Swarm.Core;
using Swarm.Core.Services;

namespace Swarm.Runtime.Nodes;

/// <summary>What a node keeps of a container that belongs to no service: what is wanted of it, and how far it
/// came.</summary>
/// <remarks>Stands on disk: keys are never given another meaning. What it is made of is the engine's to keep.</remarks>
[GenerateShape]
public sealed partial record KeptContainer
{
    [Key(0)] public required ContainerId Id { get; init; }

    [Key(1)] public StandaloneSettings Settings { get; init; } = new();

    /// <summary>Ready: it was never started. Shutdown: stopped by hand.</summary>
    [Key(2)] public TaskState Desired { get; init; } = TaskState.Ready;

    [Key(3)] public TaskState State { get; init; } = TaskState.Ready;

    /// <summary>Why its last start failed; empty when it did not.</summary>
    [Key(4)] public string StartFault { get; init; } = "";

    [Key(5)] public ContainerObservation? Observed { get; init; }
}

/// <summary>How a container that belongs to no service is kept running.</summary>
public sealed record StandaloneSettings
{
    [Key(0)] public RestartPolicy Restart { get; init; } = new() { Condition = RestartCondition.None };

    /// <summary>Though it was stopped by hand, it is started again when swarmd starts (Docker: always).</summary>
    [Key(1)] public bool StartsWithNode { get; init; }

    /// <summary>Removed when it ends.</summary>
    [Key(2)] public bool RemovesItself { get; init; }

    /// <summary>What it takes of the node while it runs.</summary>
    [Key(3)] public Resources Reserved { get; init; } = Resources.None;

    /// <summary>The words in which it was asked for, for those who show it. The node does not read them.</summary>
    [Key(4)] public string Asked { get; init; } = "";
}

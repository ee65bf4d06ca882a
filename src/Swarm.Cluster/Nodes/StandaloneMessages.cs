using System.Collections.Immutable;
using Akka.Actor;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Nodes;
using Swarm.Core.Services;
using Swarm.Runtime;
using Swarm.Runtime.Nodes;

namespace Swarm.Cluster.Nodes;

/// <summary>What is asked of this node's containers by hand. It never leaves the process.</summary>
public interface IStandaloneCommand : INoSerializationVerificationNeeded;

/// <summary>Of one container. Answered with <see cref="StandaloneAnswer"/>.</summary>
public interface IContainerCommand : IStandaloneCommand
{
    ContainerId Id { get; }
}

/// <summary>Make a container that belongs to no service; it is not started.</summary>
public sealed record CreateStandalone(ContainerDefinition Definition, StandaloneSettings Settings) : IStandaloneCommand;

public sealed record StartByHand(ContainerId Id) : IContainerCommand;

/// <summary>Answered when it has ended.</summary>
/// <param name="Grace">Null: as its specification says; negative: for ever.</param>
/// <param name="Signal">0 is its own stop signal.</param>
public sealed record StopByHand(ContainerId Id, TimeSpan? Grace, int Signal) : IContainerCommand;

/// <summary>Answered when it runs again.</summary>
public sealed record RestartByHand(ContainerId Id, TimeSpan? Grace, int Signal) : IContainerCommand;

public sealed record KillByHand(ContainerId Id, int Signal) : IContainerCommand;

/// <param name="Force">Though it runs: it is killed.</param>
/// <param name="WithVolumes">Its volumes without a name are removed, too, as they are with one that removes itself.
/// </param>
public sealed record RemoveByHand(ContainerId Id, bool Force, bool WithVolumes = false) : IContainerCommand
{
    /// <summary>Why one is refused while somebody waits for another.</summary>
    public const string IsUnderWay = "its removal is already in progress";
}

/// <summary>Keep it running otherwise from now on.</summary>
public sealed record ChangeStandalone(ContainerId Id, StandaloneSettings Settings) : IContainerCommand;

/// <summary>Answered with <see cref="StandaloneList"/>.</summary>
public sealed record GetStandalone : IStandaloneCommand;

/// <summary>The answer to what is asked of one container.</summary>
public abstract record StandaloneAnswer : INoSerializationVerificationNeeded
{
    private StandaloneAnswer()
    {
    }

    /// <param name="Changed">False when it was so already.</param>
    public sealed record Done(bool Changed) : StandaloneAnswer;

    public sealed record Refused(ContainerFault Fault, string Reason) : StandaloneAnswer;
}

/// <summary>Every container of this node that belongs to no service.</summary>
public sealed record StandaloneList(ImmutableDictionary<ContainerId, StandaloneContainer> Containers)
    : INoSerializationVerificationNeeded;

/// <summary>What the node knows of such a container beyond what its engine does.</summary>
public sealed record StandaloneContainer(ContainerId Id, StandaloneSettings Settings, TaskState Desired)
{
    public ContainerStatus Status { get; init; }

    public ContainerHealth Health { get; init; }

    /// <summary>Failed probes in a row.</summary>
    public int FailedProbes { get; init; }

    /// <summary>Restarts since it was last started by hand.</summary>
    public int Restarts { get; init; }

    /// <summary>Why its last start failed; empty when it did not.</summary>
    public string StartFault { get; init; } = "";
}

/// <summary>What such containers take of the node while they run.</summary>
internal sealed record StandaloneUse(ImmutableArray<StandaloneClaim> Claims) : INoSerializationVerificationNeeded;

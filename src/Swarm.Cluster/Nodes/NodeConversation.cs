using System.Collections.Immutable;
using Akka.Actor;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Nodes;
using Swarm.Core.Services;
using Swarm.Runtime;

namespace Swarm.Cluster.Nodes;

// What the actors of one node say to each other. It never leaves the process.

/// <summary>A new order, admitted: carry it out.</summary>
/// <param name="Rejected">New tasks that are not taken, with the reason.</param>
internal sealed record CarryOutOrder(ApplyServiceTasks Order, ImmutableDictionary<TaskId, string> Rejected)
    : INoSerializationVerificationNeeded;

/// <summary>The order that was taken came once more, or an older one did.</summary>
internal sealed record AcknowledgeAgain : INoSerializationVerificationNeeded;

/// <summary>A task came into this state.</summary>
internal sealed record TaskMoved(TaskId Task, TaskState State) : INoSerializationVerificationNeeded;

/// <summary>The service knows that nothing is left of the task.</summary>
internal sealed record TaskForgotten(TaskId Task) : INoSerializationVerificationNeeded;

/// <summary>Nothing is kept of the service any more.</summary>
internal sealed record ServiceForgotten(ServiceName Service) : INoSerializationVerificationNeeded;

/// <param name="Task">Says nothing where the container belongs to no service.</param>
internal sealed record ContainerExitSeen(TaskId Task, ContainerExit Exit) : INoSerializationVerificationNeeded;

internal sealed record OrderContainer(TaskState Desired) : INoSerializationVerificationNeeded;

/// <summary>Run it, once more where it has ended.</summary>
internal sealed record AskStart : INoSerializationVerificationNeeded;

/// <summary>See <see cref="ContainerEvent.StopAsked"/>.</summary>
internal sealed record AskStop(TimeSpan Grace, int Signal) : INoSerializationVerificationNeeded;

/// <summary>Restart it by this policy from now on.</summary>
internal sealed record AskRestarts(RestartPolicy Policy) : INoSerializationVerificationNeeded;

/// <summary>A container that belongs to no service is in another state.</summary>
internal sealed record StandaloneMoved(StandaloneContainer Container) : INoSerializationVerificationNeeded;

/// <summary>Nothing is left of it.</summary>
internal sealed record StandaloneGone(ContainerId Id) : INoSerializationVerificationNeeded;

/// <summary>The container may not go on: it is killed, and has failed.</summary>
internal sealed record CondemnContainer(string Reason) : INoSerializationVerificationNeeded;

/// <summary>The node has a lease of the service again, or for the first time.</summary>
/// <param name="Sequence">See <see cref="NodeLease.Sequence"/>.</param>
internal sealed record LeaseHad(long Sequence) : INoSerializationVerificationNeeded;

internal sealed record LeaseOver : INoSerializationVerificationNeeded;

internal sealed record ContainerMoved(Container Container) : INoSerializationVerificationNeeded;

/// <summary>Where a task's ingress ports lead. The sender is told <see cref="RoutesSet"/> once they do.</summary>
/// <param name="Address">Null while it takes no connections.</param>
internal sealed record RouteTask(TaskId Task, ServiceName Service, ImmutableArray<PublishedPort> Ports, string? Address)
    : INoSerializationVerificationNeeded;

internal sealed record UnrouteTask(TaskId Task) : INoSerializationVerificationNeeded;

/// <summary>The ports of the host are as a <see cref="RouteTask"/> wanted them.</summary>
/// <param name="Address">As in the message that is answered: where the ports lead, or null.</param>
/// <param name="Fault">Why some ports of the task lead nowhere; empty when all do.</param>
internal sealed record RoutesSet(string? Address, string Fault) : INoSerializationVerificationNeeded;

/// <summary>What the node has given away, for its reports.</summary>
internal sealed record NodeUse(NodeLedger Ledger, int RunningTasks) : INoSerializationVerificationNeeded;

/// <param name="Description">With what is left of the host's capacity by these settings.</param>
internal sealed record TellSettings(NodeSettings Settings, NodeDescription Description)
    : INoSerializationVerificationNeeded;

/// <summary>The placer asks for a report now.</summary>
internal sealed record TellReport : INoSerializationVerificationNeeded;

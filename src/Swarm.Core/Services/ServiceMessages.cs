using System.Collections.Immutable;
using Nerdbank.MessagePack;
using Swarm.Core.Containers;
using Swarm.Core.Images;

namespace Swarm.Core.Services;

/// <summary>What is sent to a service's entity; it is found by the name.</summary>
public interface IServiceMessage
{
    ServiceName Service { get; }
}

// ---- asked by clients -------------------------------------------------------------------------------------------

/// <summary>Make the service be so; a service of that name is made or updated.</summary>
public sealed record DeployService([property: Key(0)] RequestId Request, [property: Key(1)] ServiceSpec Spec)
    : IServiceMessage
{
    public ServiceName Service => Spec.Name;
}

public sealed record ScaleService(
    [property: Key(0)] RequestId Request, [property: Key(1)] ServiceName Service, [property: Key(2)] int Replicas)
    : IServiceMessage;

/// <summary>Stop all tasks and forget the service.</summary>
public sealed record RemoveService([property: Key(0)] RequestId Request, [property: Key(1)] ServiceName Service)
    : IServiceMessage;

/// <summary>A service with one bounded page of its tasks, in the order in which they were made.</summary>
public sealed record GetService([property: Key(0)] ServiceName Service) : IServiceMessage
{
    /// <summary><see cref="ServiceDetails.Next"/> of the page before; 0 starts.</summary>
    [Key(1)] public long After { get; init; }
}

/// <summary>The answer to what changes a service, once it is persisted.</summary>
/// <param name="Version">The version of the specification now in force.</param>
/// <param name="Changed">False when it was so already.</param>
public sealed record ServiceAccepted(
    [property: Key(0)] RequestId Request, [property: Key(1)] ServiceName Service, [property: Key(2)] long Version,
    [property: Key(3)] bool Changed);

/// <summary>The answer to what was not done, and why. Nothing was changed.</summary>
public sealed record RequestRefused([property: Key(0)] string Reason)
{
    /// <summary>True when nothing of that name exists.</summary>
    [Key(1)] public bool NotFound { get; init; }
}

/// <summary>A service as its entity knows it.</summary>
public sealed record ServiceDetails(
    [property: Key(0)] ServiceId Id,
    [property: Key(1)] ServiceSpec Spec,
    [property: Key(2)] long Version,
    [property: Key(3)] UpdateStatus Update,
    [property: Key(4)] ImmutableArray<ServiceTask> Tasks)
{
    [Key(5)] public DateTimeOffset CreatedAt { get; init; }

    [Key(6)] public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>It is being removed: its tasks are still stopping.</summary>
    [Key(7)] public bool Removing { get; init; }

    /// <summary>How far a job is; null for a service that runs on.</summary>
    [Key(8)] public JobStatus? Job { get; init; }

    /// <summary>What to ask with for the tasks that follow; null when these were the last. All
    /// but the tasks is whole on each page.</summary>
    [Key(9)] public long? Next { get; init; }
}

/// <param name="Completed">Slots whose task ended with exit code 0.</param>
/// <param name="GivenUp">Slots whose tasks failed and are not tried again.</param>
/// <param name="Ended">Nothing of it will run any more.</param>
/// <param name="ExitCode">Once it has ended: 0 when all completed, else that of a task that
/// failed; null when that is not known.</param>
public sealed record JobStatus(
    [property: Key(0)] int Completed, [property: Key(1)] int GivenUp, [property: Key(2)] bool Ended,
    [property: Key(3)] int? ExitCode);

public enum UpdatePhase
{
    None = 0,
    Updating = 1,
    Paused = 2,
    Completed = 3,
    RollingBack = 4,
    RolledBack = 5,
}

public sealed record UpdateStatus([property: Key(0)] UpdatePhase Phase, [property: Key(1)] string Reason = "")
{
    public static UpdateStatus None { get; } = new(UpdatePhase.None);
}

/// <summary>One line of the list of services: a view that may be a moment old.</summary>
public sealed record ServiceListing(
    [property: Key(0)] ServiceName Name,
    [property: Key(1)] ServiceId Id,
    [property: Key(2)] ServiceMode Mode,
    [property: Key(3)] string Image,
    [property: Key(4)] int Running,
    [property: Key(5)] int Desired)
{
    [Key(6)] public ImmutableArray<PublishedPort> Ports { get; init; } = [];

    [Key(7)] public string Stack { get; init; } = "";

    [Key(8)] public int Completed { get; init; }

    [Key(9)] public UpdatePhase Update { get; init; }
}

// ---- between the service and the nodes --------------------------------------------------------------------------

/// <summary>All that a service wants of one node: a level, not an edge. What is not listed is
/// not wanted there.</summary>
/// <param name="Sequence">Sequence number of the journal when it was sent; a node refuses what
/// is older than it has seen.</param>
public sealed record ApplyServiceTasks(
    [property: Key(0)] ServiceName Service,
    [property: Key(1)] ServiceId Id,
    [property: Key(2)] NodeId Node,
    [property: Key(3)] long Sequence,
    [property: Key(4)] ImmutableArray<TaskTemplate> Templates,
    [property: Key(5)] ImmutableArray<TaskOrder> Tasks);

/// <summary>What all tasks of one version of the specification share.</summary>
public sealed record TaskTemplate(
    [property: Key(0)] long SpecVersion,
    [property: Key(1)] ContainerSpec Container,
    [property: Key(2)] Resources Reservations,
    [property: Key(3)] RestartPolicy Restart,
    [property: Key(4)] bool IsJob);

/// <summary>One task wanted on a node.</summary>
/// <param name="Desired">Ready (prepare and wait), Running, Shutdown (stop, keep its record)
/// or Remove (stop and forget).</param>
public sealed record TaskOrder(
    [property: Key(0)] TaskId Task, [property: Key(1)] int Slot, [property: Key(2)] long SpecVersion,
    [property: Key(3)] TaskState Desired);

/// <summary>The node has taken and kept the order.</summary>
public sealed record TasksApplied(
    [property: Key(0)] ServiceName Service, [property: Key(1)] NodeId Node, [property: Key(2)] long Sequence)
    : IServiceMessage;

/// <summary>What the node saw of a service's tasks since it was last acknowledged; repeated until it is.</summary>
/// <param name="Report">Grows with each report of this node to this service.</param>
public sealed record ReportTasks(
    [property: Key(0)] ServiceName Service,
    [property: Key(1)] NodeId Node,
    [property: Key(2)] long Report,
    [property: Key(3)] ImmutableArray<TaskReport> Tasks) : IServiceMessage;

public sealed record TaskReport(
    [property: Key(0)] TaskId Task,
    [property: Key(1)] TaskState State,
    [property: Key(2)] string Reason,
    [property: Key(3)] DateTimeOffset At,
    [property: Key(4)] ContainerObservation? Container);

/// <summary>The service has kept the report. Tasks it does not know are in
/// <paramref name="Unknown"/>: to be removed.</summary>
public sealed record TasksReportKept(
    [property: Key(0)] ServiceName Service, [property: Key(1)] NodeId Node, [property: Key(2)] long Report,
    [property: Key(3)] ImmutableArray<TaskId> Unknown);

// ---- told to the service by other owners ------------------------------------------------------------------------

/// <summary>Nodes whose reachability changed, as this node's view of the cluster has it.</summary>
public sealed record NodeReachabilityChanged(
    [property: Key(0)] ServiceName Service, [property: Key(1)] NodeId Node, [property: Key(2)] bool Reachable)
    : IServiceMessage;

/// <summary>What an image name means now.</summary>
public sealed record ImageResolved(
    [property: Key(0)] ServiceName Service, [property: Key(1)] string Image, [property: Key(2)] Digest? ImageId)
    : IServiceMessage;

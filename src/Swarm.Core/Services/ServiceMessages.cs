using System.Collections.Immutable;
using Nerdbank.MessagePack;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Core.Nodes;

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

/// <summary>Go back to the specification before the one in force, as a failed update does. Refused when there is
/// none, and for jobs.</summary>
public sealed record RollbackService([property: Key(0)] RequestId Request, [property: Key(1)] ServiceName Service)
    : IServiceMessage;

/// <summary>Begin a run of a periodic job now, whatever its schedule says, and be it suspended. Its overlap policy
/// holds: refused while a run is under way that forbids another.</summary>
public sealed record RunJob([property: Key(0)] RequestId Request, [property: Key(1)] ServiceName Service)
    : IServiceMessage;

/// <summary>Let another task take the place of this one on another node, within the service's update policy.
/// The answer is <see cref="ServiceAccepted"/> once it is persisted.</summary>
/// <param name="Reason">For people, as <c>rebalance: node a has 12 tasks, node b 3</c>.</param>
public sealed record MoveTask(
    [property: Key(0)] RequestId Request, [property: Key(1)] ServiceName Service, [property: Key(2)] TaskId Task,
    [property: Key(3)] string Reason) : IServiceMessage;

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
    [property: Key(3)] bool Changed)
{
    /// <summary>The run of a periodic job that was begun; 0 for none.</summary>
    [Key(4)] public long Run { get; init; }
}

/// <summary>The answer to what was not done, and why. Nothing was changed.</summary>
public sealed record RequestRefused([property: Key(0)] string Reason)
{
    /// <summary>True when nothing of that name exists.</summary>
    [Key(1)] public bool NotFound { get; init; }

    /// <summary>True when it was not refused, but not answered in time, or not taken at this time: it, or an earlier
    /// sending of it, may still be carried out, and the same request again does not do it twice.</summary>
    [Key(2)] public bool Late { get; init; }
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

    /// <summary>Slots whose tasks failed and, by the restart policy, are not tried again.</summary>
    [Key(10)] public int GivenUp { get; init; }

    /// <summary>Slots whose task ended well and, by the restart policy, is not started again.</summary>
    [Key(11)] public int Completed { get; init; }

    /// <summary>How many slots it has: of a global service as many as there are nodes for it; null from a node that
    /// does not say.</summary>
    [Key(12)] public int? Slots { get; init; }
}

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

    /// <summary>Of a periodic job; null for others.</summary>
    [Key(10)] public JobSchedule? Schedule { get; init; }

    /// <summary>When the next run of a periodic job is due; null when none is.</summary>
    [Key(11)] public DateTimeOffset? NextRun { get; init; }

    /// <summary>The latest run of a periodic job; null before the first.</summary>
    [Key(12)] public JobRun? LastRun { get; init; }
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
    [property: Key(5)] ImmutableArray<TaskOrder> Tasks)
{
    /// <summary>The node is to report all of these tasks, also what it has reported before.</summary>
    [Key(6)] public bool ReportAll { get; init; }

    /// <summary>Of how many parts this is one: an order too large for one message is carried out when all parts of
    /// one sequence are there.</summary>
    [Key(7)] public int Parts { get; init; } = 1;

    /// <summary>Which part it is, from 0.</summary>
    [Key(8)] public int Part { get; init; }
}

/// <summary>What all tasks of one version of the specification share.</summary>
public sealed record TaskTemplate(
    [property: Key(0)] long SpecVersion,
    [property: Key(1)] ContainerSpec Container,
    [property: Key(2)] Resources Reservations,
    [property: Key(3)] RestartPolicy Restart,
    [property: Key(4)] bool IsJob)
{
    /// <summary>The node runs them only as long as it holds a lease of the service: <see cref="RenewLease"/>.</summary>
    [Key(5)] public bool AtMostOnce { get; init; }

    /// <summary>A container that runs longer is stopped and counts as failed; zero means no limit.</summary>
    [Key(6)] public TimeSpan Timeout { get; init; }

    /// <summary>What the registry of its image is shown.</summary>
    [Key(7)] public PullCredentials? Credentials { get; init; }
}

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
/// <param name="Sequence">Sequence number of the journal when it was sent. A node heeds no answer that is older than
/// an order it has seen: who has not heard of that order can neither keep its tasks nor know them.</param>
public sealed record TasksReportKept(
    [property: Key(0)] ServiceName Service, [property: Key(1)] NodeId Node, [property: Key(2)] long Report,
    [property: Key(3)] ImmutableArray<TaskId> Unknown, [property: Key(4)] long Sequence);

/// <summary>Asked by a node that runs tasks of an at-most-once service, again and again: it may go on for
/// <see cref="LeaseRenewed.Length"/> from the time it asked. Without an answer it stops them.</summary>
/// <param name="Round">Grows with each question of this node to this service.</param>
public sealed record RenewLease(
    [property: Key(0)] ServiceName Service, [property: Key(1)] NodeId Node, [property: Key(2)] long Round)
    : IServiceMessage;

/// <summary>The service has renewed the lease. It is given while the node is not taken for lost, and by an entity
/// whose host sees a majority of the cluster; what is not given is not answered.</summary>
/// <param name="Sequence">Of the service's last order to the node: until the node has taken it, a lease that it did
/// not hold before lets nothing start.</param>
public sealed record LeaseRenewed(
    [property: Key(0)] ServiceName Service, [property: Key(1)] NodeId Node, [property: Key(2)] long Round,
    [property: Key(3)] long Sequence = 0)
{
    /// <summary>How long the node goes on by it, counted from when it asked.</summary>
    [Key(4)] public TimeSpan Length { get; init; } = Lease.Shortest;
}

/// <summary>The times of leases. Clocks are not compared: each side counts for itself.</summary>
public static class Lease
{
    /// <summary>How long a node goes on without a renewal, counted from when it asked for the last one it got, where
    /// the specification does not say: longer than the entity of a service takes to move to another host.</summary>
    public static TimeSpan Length => TimeSpan.FromSeconds(15);

    /// <summary>A few questions may be lost, and swarmd may be slow.</summary>
    public static TimeSpan Shortest => TimeSpan.FromSeconds(6);

    /// <summary>Within <see cref="Margin"/> of each other by clocks that run at different rates.</summary>
    public static TimeSpan Longest => TimeSpan.FromMinutes(5);

    /// <summary>How often a node asks.</summary>
    public static TimeSpan RenewEvery => TimeSpan.FromSeconds(1);

    /// <summary>What the service waits beyond the length of a lease, counted from the last renewal it gave or from
    /// its own recovery, before a replacement may start: to kill takes time, and clocks run at different
    /// rates.</summary>
    public static TimeSpan Margin => TimeSpan.FromSeconds(2);
}

// ---- told to the service by other owners ------------------------------------------------------------------------

/// <summary>How it stands with a node, as the host of the service's entity sees it; told again when that changes,
/// and to an entity that has just come up.</summary>
/// <param name="Reachable">False is only told by a host that sees a majority of the cluster.</param>
public sealed record NodeSeen(
    [property: Key(0)] ServiceName Service, [property: Key(1)] NodeId Node, [property: Key(2)] bool Reachable,
    [property: Key(3)] NodeAvailability Availability) : IServiceMessage
{
    /// <summary>An operator has said that it does not come back: only what has tasks there needs to remember it.
    /// </summary>
    [Key(4)] public bool IsRemoved { get; init; }
}

/// <summary>What an image name means now.</summary>
public sealed record ImageResolved(
    [property: Key(0)] ServiceName Service, [property: Key(1)] string Image, [property: Key(2)] Digest? ImageId)
    : IServiceMessage;

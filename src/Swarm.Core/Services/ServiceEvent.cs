using System.Collections.Immutable;
using Nerdbank.MessagePack;
using PolyType;
using Swarm.Core.Images;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;

namespace Swarm.Core.Services;

/// <summary>What happened to a service: its journal. Tasks are named by their numbers.</summary>
/// <remarks>Every time is in its event, so that replaying the journal gives the same state.</remarks>
[DerivedTypeShape(typeof(SpecAccepted), Tag = 0)]
[DerivedTypeShape(typeof(Scaled), Tag = 1)]
[DerivedTypeShape(typeof(RequestKept), Tag = 2)]
[DerivedTypeShape(typeof(RemovalAsked), Tag = 3)]
[DerivedTypeShape(typeof(ImagePinned), Tag = 4)]
[DerivedTypeShape(typeof(SlotsOpened), Tag = 5)]
[DerivedTypeShape(typeof(SlotsClosed), Tag = 6)]
[DerivedTypeShape(typeof(TasksCreated), Tag = 7)]
[DerivedTypeShape(typeof(PlacementsKept), Tag = 8)]
[DerivedTypeShape(typeof(TasksReported), Tag = 9)]
[DerivedTypeShape(typeof(TasksDesired), Tag = 10)]
[DerivedTypeShape(typeof(TasksForgotten), Tag = 11)]
[DerivedTypeShape(typeof(ReachabilitySeen), Tag = 12)]
[DerivedTypeShape(typeof(NodeLost), Tag = 13)]
[DerivedTypeShape(typeof(UpdateMoved), Tag = 14)]
[DerivedTypeShape(typeof(RollbackBegun), Tag = 15)]
[DerivedTypeShape(typeof(NodeForgotten), Tag = 16)]
[DerivedTypeShape(typeof(TaskMoveAsked), Tag = 17)]
[DerivedTypeShape(typeof(TasksStay), Tag = 18)]
[DerivedTypeShape(typeof(JobExpired), Tag = 19)]
[DerivedTypeShape(typeof(RunBegun), Tag = 20)]
[DerivedTypeShape(typeof(RunLeftOut), Tag = 21)]
[DerivedTypeShape(typeof(RunEnded), Tag = 22)]
[DerivedTypeShape(typeof(RunsForgotten), Tag = 23)]
[DerivedTypeShape(typeof(IncarnationBegun), Tag = 30)]
public abstract partial record ServiceEvent
{
    private ServiceEvent()
    {
    }

    /// <summary>A new specification is in force; with another id than before, a new service begins.</summary>
    public sealed record SpecAccepted(
        [property: Key(0)] ServiceId Id, [property: Key(1)] ServiceSpec Spec, [property: Key(2)] RequestId Request,
        [property: Key(3)] DateTimeOffset At) : ServiceEvent;

    public sealed record Scaled(
        [property: Key(0)] RequestId Request, [property: Key(1)] int Replicas, [property: Key(2)] DateTimeOffset At)
        : ServiceEvent;

    /// <summary>A request was accepted that asked for what is already so; kept so that a late
    /// repetition changes nothing either.</summary>
    public sealed record RequestKept(
        [property: Key(0)] RequestId Request, [property: Key(1)] bool Changed) : ServiceEvent;

    public sealed record RemovalAsked([property: Key(0)] RequestId Request, [property: Key(1)] DateTimeOffset At)
        : ServiceEvent;

    public sealed record ImagePinned([property: Key(0)] string Image, [property: Key(1)] Digest ImageId) : ServiceEvent;

    public sealed record SlotsOpened([property: Key(0)] ImmutableArray<int> Slots) : ServiceEvent
    {
        /// <summary>The one node of each; empty where any will do.</summary>
        [Key(1)] public ImmutableArray<NodeId> Nodes { get; init; } = [];

        /// <summary>The run of a periodic job that they belong to; 0 for what is not periodic.</summary>
        [Key(2)] public long Run { get; init; }
    }

    public sealed record SlotsClosed([property: Key(0)] ImmutableArray<int> Slots) : ServiceEvent;

    /// <summary>One task for each slot, from the specification in force, numbered on from the last.</summary>
    public sealed record TasksCreated(
        [property: Key(0)] ImmutableArray<int> Slots, [property: Key(1)] TaskState Desired,
        [property: Key(2)] DateTimeOffset At) : ServiceEvent;

    /// <param name="Unplaced">Empty when the answer was to a request that is no longer the latest.</param>
    public sealed record PlacementsKept(
        [property: Key(0)] ImmutableArray<TaskPlacement> Placed, [property: Key(1)] ImmutableArray<long> Unplaced,
        [property: Key(2)] string Reason, [property: Key(3)] bool LacksRoom, [property: Key(4)] DateTimeOffset At)
        : ServiceEvent;

    /// <summary>What was new in a node's report.</summary>
    public sealed record TasksReported(
        [property: Key(0)] NodeId Node, [property: Key(1)] ImmutableArray<TaskReport> Tasks,
        [property: Key(2)] DateTimeOffset At) : ServiceEvent;

    /// <param name="Reason">Empty leaves the tasks' reasons as they are.</param>
    public sealed record TasksDesired(
        [property: Key(0)] ImmutableArray<long> Tasks, [property: Key(1)] TaskState Desired,
        [property: Key(2)] string Reason) : ServiceEvent;

    /// <summary>No node needs to be told of these any more.</summary>
    public sealed record TasksForgotten([property: Key(0)] ImmutableArray<long> Tasks) : ServiceEvent;

    public sealed record ReachabilitySeen(
        [property: Key(0)] NodeId Node, [property: Key(1)] bool Reachable, [property: Key(2)] DateTimeOffset At)
        : ServiceEvent
    {
        [Key(3)] public NodeAvailability Availability { get; init; }
    }

    /// <summary>The node was unreachable for as long as the service waits.</summary>
    public sealed record NodeLost([property: Key(0)] NodeId Node) : ServiceEvent;

    public sealed record UpdateMoved(
        [property: Key(0)] UpdatePhase Phase, [property: Key(1)] string Reason, [property: Key(2)] DateTimeOffset At)
        : ServiceEvent;

    /// <summary>The specification before the update is in force again, under a new version.</summary>
    public sealed record RollbackBegun([property: Key(0)] string Reason, [property: Key(1)] DateTimeOffset At)
        : ServiceEvent
    {
        /// <summary>Who asked for it; null when the update failed.</summary>
        [Key(2)] public RequestId? Request { get; init; }
    }

    /// <summary>The node was lost for so long that its tasks are taken to be gone with it.</summary>
    public sealed record NodeForgotten([property: Key(0)] NodeId Node) : ServiceEvent;

    public sealed record TaskMoveAsked(
        [property: Key(0)] RequestId Request, [property: Key(1)] long Task, [property: Key(2)] string Reason)
        : ServiceEvent;

    /// <summary>There is no better place for these, which were to move.</summary>
    public sealed record TasksStay([property: Key(0)] ImmutableArray<long> Tasks) : ServiceEvent;

    /// <summary>The entity has come up, on this host or another, or its host's clock was set back. It changes nothing
    /// but times that lie ahead, and takes the next number of the journal: an incarnation before it that is still alive
    /// cannot keep anything any more.</summary>
    public sealed record IncarnationBegun([property: Key(0)] DateTimeOffset At) : ServiceEvent;

    /// <summary>The job has ended, and was kept for as long as its specification says: it is being removed.</summary>
    public sealed record JobExpired([property: Key(0)] DateTimeOffset At) : ServiceEvent;

    /// <summary>A run of a periodic job begins.</summary>
    /// <param name="DueAt">The time of the schedule that it stands for.</param>
    public sealed record RunBegun(
        [property: Key(0)] long Run, [property: Key(1)] DateTimeOffset DueAt, [property: Key(2)] DateTimeOffset At)
        : ServiceEvent
    {
        /// <summary>Who asked for it; null when the schedule did.</summary>
        [Key(3)] public RequestId? Request { get; init; }
    }

    /// <summary>A time of the schedule came, and no run might begin.</summary>
    public sealed record RunLeftOut([property: Key(0)] DateTimeOffset DueAt) : ServiceEvent;

    /// <summary>Nothing of the run is to go on.</summary>
    public sealed record RunEnded(
        [property: Key(0)] long Run, [property: Key(1)] int? ExitCode, [property: Key(2)] string Reason,
        [property: Key(3)] DateTimeOffset At) : ServiceEvent;

    /// <summary>These runs, which have ended, are not kept any longer.</summary>
    public sealed record RunsForgotten([property: Key(0)] ImmutableArray<long> Runs) : ServiceEvent;
}

using System.Collections.Immutable;
using Nerdbank.MessagePack;
using Swarm.Core.Nodes;

namespace Swarm.Core.Services;

/// <summary>A service: what it should be, and every task given out for it.</summary>
public sealed record ServiceState
{
    [Key(0)] public required ServiceName Name { get; init; }

    /// <summary>Null while there never was such a service.</summary>
    [Key(1)] public ServiceId? Id { get; init; }

    /// <summary>The version of the specification in force; grows with each change.</summary>
    [Key(2)] public long Version { get; init; }

    /// <summary>The specification in force, the one to roll back to, and those that tasks were made from.</summary>
    [Key(3)]
    public ImmutableSortedDictionary<long, ServiceSpec> Specs { get; init; } =
        ImmutableSortedDictionary<long, ServiceSpec>.Empty;

    /// <summary>What a failed update goes back to; 0 means there is nothing.</summary>
    [Key(4)] public long PreviousVersion { get; init; }

    /// <summary>By their numbers, so the oldest first.</summary>
    [Key(5)]
    public ImmutableSortedDictionary<long, ServiceTask> Tasks { get; init; } =
        ImmutableSortedDictionary<long, ServiceTask>.Empty;

    [Key(6)] public long LastTask { get; init; }

    /// <summary>The slots to be filled.</summary>
    [Key(7)]
    public ImmutableSortedDictionary<int, Slot> Slots { get; init; } = ImmutableSortedDictionary<int, Slot>.Empty;

    /// <summary>Nodes of which there is something to remember.</summary>
    [Key(8)]
    public ImmutableSortedDictionary<string, NodeMark> Nodes { get; init; } =
        ImmutableSortedDictionary<string, NodeMark>.Empty;

    [Key(9)] public PlacementProgress Placement { get; init; } = new();

    [Key(10)] public UpdateProgress Update { get; init; } = new();

    /// <summary>The requests carried out last, the latest at the end.</summary>
    [Key(11)] public ImmutableArray<KeptRequest> Requests { get; init; } = [];

    [Key(12)] public DateTimeOffset CreatedAt { get; init; }

    [Key(13)] public DateTimeOffset UpdatedAt { get; init; }

    [Key(14)] public bool Removing { get; init; }

    /// <summary>Of a periodic job.</summary>
    [Key(15)] public RunHistory Runs { get; init; } = new();

    /// <summary>The longest lease that any specification of this name has allowed: nodes may hold one still that an
    /// entity gave before this one came up.</summary>
    [Key(16)] public TimeSpan LongestLease { get; init; }

    public static ServiceState Empty(ServiceName name) => new() { Name = name };

    /// <summary>There is such a service, be it that its last tasks are just stopping.</summary>
    internal bool Exists => Id is not null && !(Removing && Tasks.IsEmpty);

    /// <summary>The specification in force, of a service that exists.</summary>
    internal ServiceSpec Spec => Specs[Version];

    /// <summary>The policy that the update or rollback under way goes by, and moves when there is none.</summary>
    internal UpdatePolicy Policy =>
        Update.Phase == UpdatePhase.RollingBack ? Spec.Rollback ?? Spec.Update : Spec.Update;

    internal bool IsLost(NodeId? node) => node is { } id && Nodes.TryGetValue(id.Value, out var mark) && mark.Lost;

    internal bool IsOutOfReach(NodeId? node) => node is { } id && Nodes.TryGetValue(id.Value, out var mark)
        && mark.UnreachableSince is not null;

    internal bool IsDrained(NodeId? node) => node is { } id && Nodes.TryGetValue(id.Value, out var mark)
        && mark.Availability == NodeAvailability.Drain;
}

/// <summary>A request that was accepted, for its repetitions.</summary>
public sealed record KeptRequest([property: Key(0)] RequestId Request, [property: Key(1)] bool Changed)
{
    /// <summary>The run that it began; 0 for none.</summary>
    [Key(2)] public long Run { get; init; }
}

public enum SlotEnd
{
    /// <summary>It is to be filled.</summary>
    None = 0,

    /// <summary>Its task ended well, and is not to be started again.</summary>
    Completed = 1,

    /// <summary>Its tasks failed, and by the restart policy there is no further attempt.</summary>
    GivenUp = 2,
}

/// <summary>A place that successive tasks fill.</summary>
public sealed record Slot
{
    public static Slot Fresh { get; } = new();

    /// <summary>Failures in a row, none of which had run for long.</summary>
    [Key(0)] public int Failures { get; init; }

    /// <summary>The next task is not made before.</summary>
    [Key(1)] public DateTimeOffset? RetryAt { get; init; }

    /// <summary>When it was restarted, as far as the restart policy limits that.</summary>
    [Key(2)] public ImmutableArray<DateTimeOffset> Restarts { get; init; } = [];

    [Key(3)] public SlotEnd End { get; init; }

    /// <summary>Of the task that ended it.</summary>
    [Key(4)] public int? ExitCode { get; init; }

    /// <summary>The only node it may be filled on, of a global service; null for any.</summary>
    [Key(5)] public NodeId? Node { get; init; }

    /// <summary>The run of a periodic job that it belongs to; 0 for what is not periodic.</summary>
    [Key(6)] public long Run { get; init; }
}

/// <summary>What a service remembers of a node.</summary>
public sealed record NodeMark
{
    private static readonly TimeSpan GoneAfter = TimeSpan.FromHours(24);

    public static NodeMark None { get; } = new();

    [Key(0)] public DateTimeOffset? UnreachableSince { get; init; }

    /// <summary>Unreachable for so long that its tasks were replaced.</summary>
    [Key(1)] public bool Lost { get; init; }

    /// <summary>When tasks of the service failed on it, the latest at the end.</summary>
    [Key(2)] public ImmutableArray<DateTimeOffset> Failures { get; init; } = [];

    [Key(3)] public NodeAvailability Availability { get; init; }

    /// <summary>Since when it is drained; null while it is not.</summary>
    [Key(4)] public DateTimeOffset? DrainedAt { get; init; }

    /// <summary>When its tasks are not waited for any more, of a node that is out of reach.</summary>
    internal DateTimeOffset? LostAt(ServiceSpec spec) => Lost ? null : UnreachableSince?.Plus(spec.LostAfter);

    /// <summary>When a lost node is taken to be gone for good.</summary>
    internal DateTimeOffset? ForgetAt => Lost ? UnreachableSince + GoneAfter : null;
}

/// <summary>How it stands with places for the tasks that wait for one.</summary>
public sealed record PlacementProgress
{
    /// <summary>Number of the request for the tasks that wait now; grows when they change or it was answered.</summary>
    [Key(0)] public long Request { get; init; }

    /// <summary>Answers in a row that left tasks without a place.</summary>
    [Key(1)] public int Failures { get; init; }

    [Key(2)] public DateTimeOffset? RetryAt { get; init; }

    /// <summary>The last answer said that tasks lacked only room, which a task that stops would give.</summary>
    [Key(3)] public bool LacksRoom { get; init; }
}

/// <summary>How far a rolling update is. Which slots are done is seen from their tasks.</summary>
public sealed record UpdateProgress
{
    [Key(0)] public UpdatePhase Phase { get; init; }

    [Key(1)] public string Reason { get; init; } = "";

    [Key(2)] public DateTimeOffset StartedAt { get; init; }

    /// <summary>Slots whose new task failed before it had run for the time it is watched.</summary>
    [Key(3)] public ImmutableArray<int> FailedSlots { get; init; } = [];

    internal bool IsRolling => Phase is UpdatePhase.Updating or UpdatePhase.RollingBack;
}

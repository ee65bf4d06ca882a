using System.Collections.Immutable;
using Nerdbank.MessagePack;
using PolyType;
using Swarm.Core.Containers;
using Swarm.Core.Images;

namespace Swarm.Core.Services;

/// <summary>What a service shall be: the desired state that its entity keeps.</summary>
public sealed record ServiceSpec
{
    /// <summary>No time of a specification is longer.</summary>
    public static TimeSpan LongestTime => TimeSpan.FromDays(3650);

    [Key(0)] public required ServiceName Name { get; init; }

    [Key(1)] public required ContainerSpec Container { get; init; }

    [Key(2)] public ServiceMode Mode { get; init; } = new ServiceMode.Replicated(1);

    /// <summary>The stack (one Compose file) it was deployed with; empty means none.</summary>
    [Key(3)] public string Stack { get; init; } = "";

    [Key(4)]
    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>What each task reserves on its node.</summary>
    [Key(5)] public Resources Reservations { get; init; } = Resources.None;

    [Key(6)] public RestartPolicy Restart { get; init; } = new();

    [Key(7)] public UpdatePolicy Update { get; init; } = new();

    [Key(8)] public PlacementRules Placement { get; init; } = new();

    /// <summary>The pool of nodes it is placed in.</summary>
    [Key(9)] public string Pool { get; init; } = "default";

    /// <summary>How long after its node became unreachable a task is taken for lost.</summary>
    [Key(10)] public TimeSpan LostAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Of a slot never two containers run at one time, whatever happens to nodes and links between
    /// them.</summary>
    [Key(11)] public bool AtMostOnce { get; init; }

    /// <summary>Of a job only.</summary>
    [Key(12)] public JobPolicy Job { get; init; } = new();

    /// <summary>How many tasks updates, draining and rebalancing leave running at any time; 0 to the number of
    /// slots.</summary>
    [Key(13)] public int MinRunning { get; init; }

    /// <summary>Running tasks may be moved for balance without being asked for.</summary>
    [Key(14)] public bool RebalancesItself { get; init; }

    /// <summary>How a rollback goes; null goes as an update does.</summary>
    [Key(15)] public UpdatePolicy? Rollback { get; init; }

    /// <summary>Of what runs at most once: how long its containers go on while their node cannot reach the service;
    /// 6 s to 5 min. So long, and two seconds, waits what takes the place of those of a node that is lost.</summary>
    [Key(16)] public TimeSpan LeaseFor { get; init; } = Lease.Length;

    /// <summary>What the registry of its image is shown; never part of what is told of a service.</summary>
    [Key(17)] public PullCredentials? Credentials { get; init; }
}

/// <summary>How many tasks a service has, and whether they are to end.</summary>
[DerivedTypeShape(typeof(Replicated), Tag = 0)]
[DerivedTypeShape(typeof(ReplicatedJob), Tag = 1)]
[DerivedTypeShape(typeof(Global), Tag = 2)]
[DerivedTypeShape(typeof(GlobalJob), Tag = 3)]
public abstract partial record ServiceMode
{
    private ServiceMode()
    {
    }

    /// <summary>So many slots, each always filled.</summary>
    public sealed record Replicated([property: Key(0)] int Replicas) : ServiceMode;

    /// <summary>Runs to completion: so many tasks must end with exit code 0, so many at once.</summary>
    public sealed record ReplicatedJob([property: Key(0)] int Completions, [property: Key(1)] int MaxConcurrent)
        : ServiceMode;

    /// <summary>One task on every node that its rules of placement allow.</summary>
    public sealed record Global : ServiceMode;

    /// <summary>Runs to completion once on every node that its rules of placement allow.</summary>
    public sealed record GlobalJob : ServiceMode;
}

public enum RestartCondition
{
    Any = 0,
    OnFailure = 1,
    None = 2,
}

/// <summary>What follows when a task's container ends by itself.</summary>
public sealed record RestartPolicy
{
    [Key(0)] public RestartCondition Condition { get; init; } = RestartCondition.Any;

    /// <summary>Before the first restart; doubled for each further one until it has run for
    /// ten seconds, at most a minute.</summary>
    [Key(1)] public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Attempts for one slot within <see cref="Window"/>; 0 means without end.</summary>
    [Key(2)] public int MaxAttempts { get; init; }

    /// <summary>0 means for ever.</summary>
    [Key(3)] public TimeSpan Window { get; init; }
}

public enum UpdateOrder
{
    StopFirst = 0,
    StartFirst = 1,
}

public enum UpdateFailureAction
{
    Pause = 0,
    Continue = 1,
    Rollback = 2,
}

/// <summary>How tasks of an old specification are replaced by those of a new one.</summary>
public sealed record UpdatePolicy
{
    /// <summary>Slots replaced at once; 0 means all.</summary>
    [Key(0)] public int Parallelism { get; init; } = 1;

    /// <summary>Between one batch and the next.</summary>
    [Key(1)] public TimeSpan Delay { get; init; }

    [Key(2)] public UpdateOrder Order { get; init; } = UpdateOrder.StopFirst;

    [Key(3)] public UpdateFailureAction FailureAction { get; init; } = UpdateFailureAction.Pause;

    /// <summary>A new task that fails within this time after it ran counts as a failure of the update.</summary>
    [Key(4)] public TimeSpan Monitor { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Failures tolerated, as a share of the updated slots.</summary>
    [Key(5)] public double MaxFailureRatio { get; init; }
}

/// <summary>Where tasks of a service may run.</summary>
public sealed record PlacementRules
{
    /// <summary>As <c>node.labels.zone==a</c> or <c>node.hostname!=h1</c>; all must hold.</summary>
    [Key(0)] public ImmutableArray<string> Constraints { get; init; } = [];

    /// <summary>Node labels to spread over, as <c>node.labels.zone</c>, the first being the most important.</summary>
    [Key(1)] public ImmutableArray<string> SpreadOver { get; init; } = [];

    /// <summary>0 means no limit.</summary>
    [Key(2)] public int MaxPerNode { get; init; }

    [Key(3)] public PlacementStrategy Strategy { get; init; } = PlacementStrategy.Spread;

    /// <summary>Other services to be near to, or away from.</summary>
    [Key(4)] public ImmutableArray<ServiceAffinity> Affinities { get; init; } = [];
}

public enum PlacementStrategy
{
    /// <summary>As evenly over the nodes as may be.</summary>
    Spread = 0,

    /// <summary>On as few nodes as will do.</summary>
    BinPack = 1,
}

/// <summary>How a service stands to another one, or to itself, when its tasks are placed.</summary>
/// <param name="Service">The other service; no such service means no tasks of it.</param>
/// <param name="Near">Where tasks of it are; else where there are none.</param>
/// <param name="Required">Nowhere else; else only preferred.</param>
/// <param name="Over">What counts as one place: <c>node.id</c> or a label, as <c>node.labels.zone</c>.</param>
public sealed record ServiceAffinity(
    [property: Key(0)] ServiceName Service, [property: Key(1)] bool Near, [property: Key(2)] bool Required,
    [property: Key(3)] string Over = "node.id");

using System.Collections.Immutable;
using Swarm.Core.Containers;

namespace Swarm.Core.Nodes;

/// <summary>What a task takes of its node.</summary>
/// <param name="IsHeld">False for a task that has ended or was rejected: it is known, and takes nothing.</param>
public sealed record TaskClaim(
    ServiceName Service, Resources Reservations, ImmutableArray<PublishedPort> Ports, bool IsHeld)
{
    /// <summary>The slot of its service that the task fills; 0 where it fills none.</summary>
    public int Slot { get; init; }
}

/// <summary>What a running container that belongs to no service takes of its node.</summary>
public sealed record StandaloneClaim(Resources Reservations, ImmutableArray<PublishedPort> Ports)
{
    public bool Equals(StandaloneClaim? other) =>
        other is not null && Reservations == other.Reservations && Ports.SequenceEqual(other.Ports);

    public override int GetHashCode() => HashCode.Combine(Reservations, Ports.Length);
}

/// <summary>What a node has given away, and how far it has followed each service.</summary>
/// <param name="Allocatable">The host's capacity without what is kept back for the system;
/// pids of 0 mean no limit.</param>
public sealed record NodeLedger(Resources Allocatable)
{
    public NodeAvailability Availability { get; init; }

    /// <summary>Why the disk takes no new tasks; empty where it does.</summary>
    public string DiskFault { get; init; } = "";

    /// <summary>The highest sequence taken from each service.</summary>
    public ImmutableDictionary<ServiceName, long> Sequences { get; init; } =
        ImmutableDictionary<ServiceName, long>.Empty;

    /// <summary>Every task this node knows.</summary>
    public ImmutableDictionary<TaskId, TaskClaim> Claims { get; init; } = ImmutableDictionary<TaskId, TaskClaim>.Empty;

    /// <summary>What was taken by hand: nobody asked whether it fits.</summary>
    public ImmutableArray<StandaloneClaim> Standalone { get; init; } = [];

    public IEnumerable<KeyValuePair<TaskId, TaskClaim>> Held => Claims.Where(claim => claim.Value.IsHeld);

    public Resources Reserved => Held.Select(claim => claim.Value.Reservations)
        .Concat(Standalone.Select(claim => claim.Reservations))
        .Aggregate(Resources.None, (sum, reserved) => sum + reserved);

    /// <summary>The task has ended: what it took is free.</summary>
    public NodeLedger Release(TaskId task) => Claims.TryGetValue(task, out var claim) && claim.IsHeld
        ? this with { Claims = Claims.SetItem(task, claim with { IsHeld = false }) }
        : this;

    public NodeLedger Forget(TaskId task) => this with { Claims = Claims.Remove(task) };

    /// <summary>Nothing of the service is left, and none of its orders can be on the way any more.</summary>
    public NodeLedger Forget(ServiceName service) => this with { Sequences = Sequences.Remove(service) };

    /// <summary>Takes up what was kept over a restart: no question of admission.</summary>
    public NodeLedger Restore(
        ServiceName service, long sequence, IEnumerable<KeyValuePair<TaskId, TaskClaim>> claims) => this with
        {
            Sequences = Sequences.SetItem(service, sequence),
            Claims = Claims.SetItems(claims),
        };
}

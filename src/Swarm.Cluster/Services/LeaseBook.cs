using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Services;

namespace Swarm.Cluster.Services;

/// <summary>The leases that a service's entity has given in its present life.</summary>
/// <remarks>By a clock that never goes back: a host whose time is set must not end a hold early.</remarks>
internal sealed class LeaseBook(TimeProvider time)
{
    private static readonly TimeSpan HoldFor = Lease.Length + Lease.Margin;

    private readonly Dictionary<NodeId, long> _given = [];
    private long _since = time.GetTimestamp();

    /// <summary>The entity has just come up: what the one before gave is not known.</summary>
    public void Begin() => _since = time.GetTimestamp();

    public void Give(NodeId node) => _given[node] = time.GetTimestamp();

    /// <summary>What is still held, in terms of the time that a decision is made at.</summary>
    public LeaseHolds Holds(DateTimeOffset now) => new(
        now + Left(_since),
        _given.ToImmutableDictionary(given => given.Key.Value, given => now + Left(given.Value)));

    private TimeSpan Left(long timestamp)
    {
        var left = HoldFor - time.GetElapsedTime(timestamp);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}

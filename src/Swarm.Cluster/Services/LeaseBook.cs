using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Services;

namespace Swarm.Cluster.Services;

/// <summary>The leases that a service's entity has given in its present life.</summary>
/// <remarks>By a clock that never goes back: a host whose time is set must not end a hold early.</remarks>
internal sealed class LeaseBook(TimeProvider time)
{
    private readonly Dictionary<NodeId, TimeSpan> _given = [];
    private TimeSpan _before;

    private TimeSpan Now => time.GetElapsedTime(0, time.GetTimestamp());

    /// <summary>The entity has just come up: what the one before gave is not known.</summary>
    /// <param name="longest">What such a lease may have lasted.</param>
    public void Begin(TimeSpan longest) => _before = Now + longest + Lease.Margin;

    /// <param name="length">One that was given before may end later.</param>
    public void Give(NodeId node, TimeSpan length)
    {
        var until = Now + length + Lease.Margin;
        if (until > _given.GetValueOrDefault(node)) _given[node] = until;
    }

    /// <summary>What is still held, in terms of the time that a decision is made at.</summary>
    public LeaseHolds Holds(DateTimeOffset now) => new(
        now + Left(_before), _given.ToImmutableDictionary(given => given.Key.Value, given => now + Left(given.Value)));

    private TimeSpan Left(TimeSpan until)
    {
        var left = until - Now;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}

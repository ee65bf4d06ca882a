using System.Collections.Immutable;

namespace Swarm.Core.Services;

/// <summary>Until when nodes may run tasks of an at-most-once service by the leases that it gave them.</summary>
/// <remarks>Known to the entity alone and only in memory; so an entity that has just come up takes it that every node
/// was given a lease at that moment. Drawn in docs/failure.md.</remarks>
/// <param name="Since">Holds for every node: the entity's recovery and what a lease lasts.</param>
/// <param name="Until">By the ids of nodes: the last lease given and what it lasts.</param>
public sealed record LeaseHolds(DateTimeOffset Since, ImmutableDictionary<string, DateTimeOffset> Until)
{
    public static LeaseHolds None { get; } =
        new(DateTimeOffset.MinValue, ImmutableDictionary<string, DateTimeOffset>.Empty);

    /// <summary>When the tasks of a node that is lost are sure to have ended.</summary>
    internal DateTimeOffset For(NodeId node)
    {
        var own = Until.GetValueOrDefault(node.Value, DateTimeOffset.MinValue);
        return own > Since ? own : Since;
    }
}

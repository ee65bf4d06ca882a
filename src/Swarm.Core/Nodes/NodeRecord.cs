using System.Collections.Immutable;
using Nerdbank.MessagePack;
using PolyType;

namespace Swarm.Core.Nodes;

/// <summary>What happened to a node's record: its journal.</summary>
[DerivedTypeShape(typeof(Registered), Tag = 0)]
[DerivedTypeShape(typeof(SettingsChanged), Tag = 1)]
[DerivedTypeShape(typeof(Removed), Tag = 2)]
public abstract partial record NodeEvent
{
    private NodeEvent()
    {
    }

    /// <summary>The node came up for the first time, or as something else than before.</summary>
    public sealed record Registered(
        [property: Key(0)] NodeDescription Description, [property: Key(1)] DateTimeOffset At) : NodeEvent;

    public sealed record SettingsChanged(
        [property: Key(0)] RequestId Request, [property: Key(1)] NodeSettings Settings) : NodeEvent;

    /// <summary>It does not come back; if it does after all, it is as a new one.</summary>
    public sealed record Removed(
        [property: Key(0)] RequestId Request, [property: Key(1)] DateTimeOffset At) : NodeEvent;
}

/// <summary>What the cluster keeps of a node, whether it is up or not.</summary>
public sealed record NodeRecord
{
    [Key(0)] public required NodeId Id { get; init; }

    /// <summary>Null until the node has registered.</summary>
    [Key(1)] public NodeDescription? Description { get; init; }

    [Key(2)] public NodeSettings Settings { get; init; } = NodeSettings.Default;

    /// <summary>When it first registered.</summary>
    [Key(3)] public DateTimeOffset RegisteredAt { get; init; }

    /// <summary>The last requests that were carried out, oldest first.</summary>
    [Key(4)] public ImmutableArray<RequestId> Requests { get; init; } = [];

    /// <summary>Whether it was removed, and has not registered since.</summary>
    [Key(5)] public bool IsRemoved { get; init; }

    /// <summary>Whether there is such a node.</summary>
    public bool Exists => Description is not null && !IsRemoved;

    public static NodeRecord Empty(NodeId id) => new() { Id = id };
}

using System.Collections.Immutable;
using Nerdbank.MessagePack;

namespace Swarm.Core.Nodes;

/// <summary>What is sent to a node's entity, the keeper of its settings; it is found by the id.</summary>
public interface INodeMessage
{
    NodeId Node { get; }
}

/// <summary>What a host is, as it finds itself when it starts.</summary>
/// <param name="Address">Its actor system, as <c>akka.tcp://swarm@10.0.0.1:4000</c>.</param>
public sealed record NodeDescription(
    [property: Key(0)] NodeId Id,
    [property: Key(1)] string Name,
    [property: Key(2)] string Address,
    [property: Key(3)] string Pool,
    [property: Key(4)] Resources Capacity)
{
    /// <summary>Labels from the node's own configuration.</summary>
    [Key(5)]
    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    [Key(6)] public string Architecture { get; init; } = "";

    [Key(7)] public string OperatingSystem { get; init; } = "linux";

    [Key(8)] public string Version { get; init; } = "";

    /// <summary>Version of the kernel, as uname gives it.</summary>
    [Key(9)] public string Kernel { get; init; } = "";

    /// <summary>Its HTTP server, as <c>https://10.0.0.1:4001</c>; empty where it has none.</summary>
    [Key(10)] public string HttpAddress { get; init; } = "";
}

public enum NodeAvailability
{
    Active = 0,
    Pause = 1,
    Drain = 2,
}

/// <summary>What operators have set for a node.</summary>
public sealed record NodeSettings([property: Key(0)] NodeAvailability Availability, [property: Key(1)] long Version)
{
    public static NodeSettings Default { get; } = new(NodeAvailability.Active, 0);

    /// <summary>Labels set in the cluster, over those of the node's configuration.</summary>
    [Key(2)]
    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Kept back for the system in place of what the node's configuration says; null leaves that.</summary>
    [Key(3)] public Resources? SystemReserved { get; init; }
}

/// <summary>Told by a node when it starts; repeated until it is answered with <see cref="NodeRegistered"/>.</summary>
public sealed record RegisterNode([property: Key(0)] NodeDescription Description) : INodeMessage
{
    public NodeId Node => Description.Id;
}

public sealed record NodeRegistered([property: Key(0)] NodeId Node, [property: Key(1)] NodeSettings Settings);

public sealed record GetNode([property: Key(0)] NodeId Node) : INodeMessage;

public sealed record NodeDetails(
    [property: Key(0)] NodeDescription Description, [property: Key(1)] NodeSettings Settings,
    [property: Key(2)] DateTimeOffset RegisteredAt);

/// <summary>Change what operators set. Null leaves it as it is.</summary>
public sealed record UpdateNode([property: Key(0)] RequestId Request, [property: Key(1)] NodeId Node) : INodeMessage
{
    [Key(2)] public NodeAvailability? Availability { get; init; }

    [Key(3)]
    public ImmutableSortedDictionary<string, string> SetLabels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    [Key(4)] public ImmutableArray<string> RemoveLabels { get; init; } = [];

    /// <summary>See <see cref="NodeSettings.SystemReserved"/>.</summary>
    [Key(5)] public Resources? SystemReserved { get; init; }

    /// <summary>What was set so is taken back: the node's configuration holds again.</summary>
    [Key(6)] public bool ClearSystemReserved { get; init; }
}

public sealed record NodeUpdated(
    [property: Key(0)] RequestId Request, [property: Key(1)] NodeId Node, [property: Key(2)] NodeSettings Settings);

/// <summary>The node does not come back: it is forgotten, with what operators have set for it. Refused while it is in
/// the cluster. The answer is <see cref="NodeRemoved"/>.</summary>
public sealed record RemoveNode([property: Key(0)] RequestId Request, [property: Key(1)] NodeId Node) : INodeMessage;

public sealed record NodeRemoved([property: Key(0)] RequestId Request, [property: Key(1)] NodeId Node);

/// <summary>One line of the list of nodes: a view that may be a moment old.</summary>
public sealed record NodeListing(
    [property: Key(0)] NodeDescription Node,
    [property: Key(1)] NodeSettings Settings,
    [property: Key(2)] bool Reachable,
    [property: Key(3)] Resources Reserved,
    [property: Key(4)] int RunningTasks)
{
    /// <summary>It is no line any more: kept so that an older one does not come back. Nobody is shown it.</summary>
    [Key(5)] public bool IsRemoved { get; init; }

    /// <summary>The process that said so of itself, as its cluster numbers it: a node that is started again has another
    /// number. 0 where it was not told.</summary>
    [Key(6)] public long Incarnation { get; init; }
}

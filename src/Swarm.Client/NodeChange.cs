using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Nodes;

namespace Swarm.Client;

/// <summary>What to change of a node; what is not given stays as it is.</summary>
public sealed record NodeChange
{
    /// <summary>Whether it takes tasks (active), keeps those it has (pause), or gives them up (drain).</summary>
    public NodeAvailability? Availability { get; init; }

    /// <summary>Labels to set, over those of the node's own configuration.</summary>
    public ImmutableSortedDictionary<string, string> SetLabels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Labels to take back that were set so.</summary>
    public ImmutableArray<string> RemoveLabels { get; init; } = [];

    /// <summary>What is kept back for the system, in place of what the node's configuration says.</summary>
    public Resources? SystemReserved { get; init; }

    /// <summary>What was set so is taken back: the node's configuration holds again.</summary>
    public bool ClearSystemReserved { get; init; }
}

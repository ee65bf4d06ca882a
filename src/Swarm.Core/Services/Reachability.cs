using Swarm.Core.Nodes;

namespace Swarm.Core.Services;

/// <summary>What a service remembers of its nodes being out of reach.</summary>
internal static class Reachability
{
    public static ServiceState Keep(ServiceState state, ServiceEvent.ReachabilitySeen seen)
    {
        var mark = state.Nodes.GetValueOrDefault(seen.Node.Value, NodeMark.None) with
        {
            Availability = seen.Availability,
        };
        mark = seen.Reachable
            ? mark with { UnreachableSince = null, Lost = false }
            : mark with { UnreachableSince = mark.UnreachableSince ?? seen.At };
        return state with
        {
            Nodes = mark is { UnreachableSince: null, Failures.Length: 0, Availability: NodeAvailability.Active }
                ? state.Nodes.Remove(seen.Node.Value)
                : state.Nodes.SetItem(seen.Node.Value, mark),
        };
    }

    /// <summary>Its tasks stay as they were last seen; that they are replaced is decided for each of them.</summary>
    public static ServiceState Lose(ServiceState state, NodeId node) =>
        state.Nodes.TryGetValue(node.Value, out var mark)
            ? state with { Nodes = state.Nodes.SetItem(node.Value, mark with { Lost = true }) }
            : state;
}

using Swarm.Core.Nodes;

namespace Swarm.Core.Services;

/// <summary>What a service remembers of its nodes: whether they are in reach, and whether they may be used.</summary>
/// <remarks>Drawn in docs/failure.md.</remarks>
internal static class Reachability
{
    public static ServiceState Keep(ServiceState state, ServiceEvent.ReachabilitySeen seen)
    {
        var before = state.Nodes.GetValueOrDefault(seen.Node.Value, NodeMark.None);
        var mark = before with
        {
            Availability = seen.Availability,
            DrainedAt = seen.Availability != NodeAvailability.Drain ? null
                : before.Availability == NodeAvailability.Drain ? before.DrainedAt : seen.At,
        };
        mark = seen.Reachable
            ? mark with { UnreachableSince = null, Lost = false }
            : mark with { UnreachableSince = mark.UnreachableSince ?? seen.At };
        if (before.Lost && !mark.Lost) state = Change(state, seen.Node, task => task with { Unseen = true });
        return state with
        {
            Nodes = mark is { UnreachableSince: null, Failures.Length: 0, Availability: NodeAvailability.Active }
                ? state.Nodes.Remove(seen.Node.Value)
                : state.Nodes.SetItem(seen.Node.Value, mark),
        };
    }

    /// <summary>Its tasks stay as they were last seen, should it return; others take their places.</summary>
    public static ServiceState Lose(ServiceState state, NodeId node)
    {
        if (!state.Nodes.TryGetValue(node.Value, out var mark)) return state;
        var lost = state with { Nodes = state.Nodes.SetItem(node.Value, mark with { Lost = true }) };
        return Change(lost, node, task => task with
        {
            Reason = $"node {node} is out of reach",
            BegunAnew = false,
        });
    }

    /// <summary>It was lost for so long that it is not waited for any more.</summary>
    public static ServiceState Forget(ServiceState state, NodeId node) => state with
    {
        Nodes = state.Nodes.Remove(node.Value),
        Tasks = state.Tasks.RemoveRange(
            state.Tasks.Where(task => task.Value.Node == node).Select(task => task.Key)),
    };

    private static ServiceState Change(ServiceState state, NodeId node, Func<ServiceTask, ServiceTask> change) =>
        state with
        {
            Tasks = state.Tasks.SetItems(state.Tasks
                .Where(task => task.Value.Node == node && !task.Value.HasEnded())
                .Select(task => KeyValuePair.Create(task.Key, change(task.Value)))),
        };
}

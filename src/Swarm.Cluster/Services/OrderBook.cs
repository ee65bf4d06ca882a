using Swarm.Core;
using Swarm.Core.Services;

namespace Swarm.Cluster.Services;

/// <summary>What a service last ordered of each node, and whether the node has said that it keeps it.</summary>
/// <remarks>Memory only: after a restart every order is sent again, which changes nothing on a
/// node that has it.</remarks>
internal sealed class OrderBook
{
    private readonly Dictionary<NodeId, Entry> _entries = [];

    /// <summary>Orders that no node has acknowledged.</summary>
    public IEnumerable<ApplyServiceTasks> Open =>
        _entries.Values.Where(entry => !entry.Kept).Select(entry => entry.Order);

    /// <summary>Takes over what the service now wants.</summary>
    /// <param name="sequence">Of the last event that is persisted.</param>
    /// <returns>The orders that are other than before, to be sent.</returns>
    public IReadOnlyList<ApplyServiceTasks> Update(ServiceState state, long sequence)
    {
        var nodes = ServiceRules.NodesOf(state);
        foreach (var gone in _entries.Keys.Where(node => !nodes.Contains(node)).ToList()) _entries.Remove(gone);

        var changed = new List<ApplyServiceTasks>();
        foreach (var node in nodes)
        {
            var order = ServiceRules.OrdersFor(state, node, sequence);
            if (_entries.TryGetValue(node, out var entry) && SaysTheSame(entry.Order, order)) continue;

            _entries[node] = new Entry(order, Kept: false);
            changed.Add(order);
        }

        return changed;
    }

    /// <summary>Of the last order to a node; null where none was made yet.</summary>
    public long? SequenceFor(NodeId node) =>
        _entries.TryGetValue(node, out var entry) ? entry.Order.Sequence : null;

    public void Keep(TasksApplied applied)
    {
        if (_entries.TryGetValue(applied.Node, out var entry) && applied.Sequence >= entry.Order.Sequence)
        {
            _entries[applied.Node] = entry with { Kept = true };
        }
    }

    /// <summary>That a node need not report all any more is nothing to tell it.</summary>
    private static bool SaysTheSame(ApplyServiceTasks left, ApplyServiceTasks right) =>
        left.Id == right.Id && (left.ReportAll || !right.ReportAll)
        && left.Tasks.SequenceEqual(right.Tasks) && left.Templates.SequenceEqual(right.Templates);

    private sealed record Entry(ApplyServiceTasks Order, bool Kept);
}

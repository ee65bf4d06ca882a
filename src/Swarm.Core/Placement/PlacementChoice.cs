using System.Collections.Immutable;

namespace Swarm.Core.Placement;

/// <summary>Chooses the best node for each task of one request.</summary>
/// <remarks>
/// Nodes stand in one heap for each combination of values of the labels to spread over. For each task the heap is taken
/// that has the fewest tasks of the service, by the first label, then the second; of it, the best node. So one scan
/// over the nodes fills a whole batch, and every choice is exact.
/// </remarks>
internal sealed class PlacementChoice
{
    private readonly NodeTable _table;
    private readonly PlaceTasks _request;
    private readonly PlacementFilter _filter;
    private readonly int[] _ofService;
    private readonly Dictionary<string, int> _spread = [];
    private readonly Dictionary<string, SpreadGroup> _groups = [];

    /// <param name="given">Tasks of the request that nodes were given already.</param>
    public PlacementChoice(
        NodeTable table, PlaceTasks request, ImmutableArray<PlacementConstraint> constraints,
        Dictionary<NodeId, int> given)
    {
        _table = table;
        _request = request;
        _filter = new PlacementFilter(table, request, constraints);
        _ofService = new int[table.Count];
        for (var row = 0; row < table.Count; row++)
        {
            _ofService[row] =
                request.RunningPerNode.GetValueOrDefault(table.Id(row).Value) + given.GetValueOrDefault(table.Id(row));
            Enter(row);
        }
    }

    /// <returns>The row of the best node; null when none will do.</returns>
    public int? Next()
    {
        SpreadGroup? best = null;
        foreach (var group in _groups.Values)
        {
            if (group.Nodes.Count > 0 && (best is null || Compare(group, best) < 0)) best = group;
        }

        return best?.Nodes.Dequeue();
    }

    /// <summary>After the node was given the task: it and its like count one more, and it
    /// stands where it now belongs.</summary>
    public void Taken(int row)
    {
        _ofService[row]++;
        var levels = LevelsOf(row);
        foreach (var level in levels) _spread[level]++;
        Enqueue(row, levels);
    }

    public (string Reason, bool LacksRoom) Explain() => _filter.Explain(row => _ofService[row]);

    private void Enter(int row)
    {
        var levels = LevelsOf(row);
        foreach (var level in levels) _spread[level] = _spread.GetValueOrDefault(level) + _ofService[row];
        Enqueue(row, levels);
    }

    private void Enqueue(int row, ImmutableArray<string> levels)
    {
        if (_filter.Judge(row, _ofService[row]) is not null) return;
        var key = levels.IsEmpty ? "" : levels[^1];
        if (!_groups.TryGetValue(key, out var group))
            _groups[key] = group = new SpreadGroup(levels, new PriorityQueue<int, NodeRank>());
        group.Nodes.Enqueue(row, NodeRank.Of(_table, row, _request, _ofService[row]));
    }

    /// <summary>What the node counts for when spreading: its value of the first label, of the
    /// first and the second, and so on.</summary>
    private ImmutableArray<string> LevelsOf(int row)
    {
        if (_request.Rules.SpreadOver.IsEmpty) return [];
        var report = _table.Report(row);
        var levels = ImmutableArray.CreateBuilder<string>();
        var prefix = "";
        foreach (var label in _request.Rules.SpreadOver)
        {
            prefix += "\0" + PlacementConstraint.ValueOf(label, report.Node, report.Settings);
            levels.Add(prefix);
        }

        return levels.ToImmutable();
    }

    private int Compare(SpreadGroup left, SpreadGroup right)
    {
        for (var level = 0; level < left.Levels.Length; level++)
        {
            var fewer = _spread[left.Levels[level]].CompareTo(_spread[right.Levels[level]]);
            if (fewer != 0) return fewer;
        }

        left.Nodes.TryPeek(out _, out var one);
        right.Nodes.TryPeek(out _, out var other);
        return one.CompareTo(other);
    }

    private sealed record SpreadGroup(ImmutableArray<string> Levels, PriorityQueue<int, NodeRank> Nodes);
}

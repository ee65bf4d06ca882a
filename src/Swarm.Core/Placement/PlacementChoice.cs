using System.Collections.Immutable;
using System.Diagnostics;

namespace Swarm.Core.Placement;

/// <summary>Chooses the best node for each task of one request.</summary>
/// <remarks>
/// Nodes stand in one heap for each combination of values of the labels to spread over and to be near to its like or
/// apart from it. For each task the heap is taken whose best node has the least trouble, then the one that has the
/// fewest tasks of the service, by the first label, then the second; of it, the best node. So one scan over the nodes
/// fills a whole batch, and every choice is exact.
/// </remarks>
internal sealed class PlacementChoice
{
    private readonly NodeTable _table;
    private readonly PlaceTasks _request;
    private readonly PlacementFilter _filter;
    private readonly OwnTasks _own;
    private readonly int[] _failures;
    private readonly ImageNeed _image;
    private readonly Dictionary<OwnPlaces, BestNodes> _heaps = [];
    private bool _built;

    /// <param name="lost">See <see cref="PlacementFilter"/>.</param>
    public PlacementChoice(
        NodeTable table, PlaceTasks request, ImmutableArray<PlacementConstraint> constraints, int? lost = null)
    {
        _table = table;
        _request = request;
        _filter = new PlacementFilter(table, request, constraints, lost);
        _own = new OwnTasks(table, request);
        _failures = new int[table.Count];
        _image = new ImageNeed(table, request.Image);
        foreach (var (node, times) in request.AvoidNodes)
        {
            if (table.Row(new NodeId(node)) is { } row) _failures[row] = times;
        }
    }

    /// <returns>Null when the node will do.</returns>
    public Misfit? Judge(int row) => _filter.Judge(row, _own.On(row)) ?? _own.Violated(row);

    /// <returns>The row of the best node; null when none will do.</returns>
    public int? Next()
    {
        if (!_built) Build();
        (OwnPlaces Places, BestNodes Nodes, NodeRank Rank, int Row)? best = null;
        foreach (var (places, nodes) in _heaps)
        {
            if (nodes.Count == 0 || _own.Violated(places) is not null) continue;
            var (rank, row) = nodes.Best();
            rank = rank with { Trouble = rank.Trouble + _own.Unmet(places) };
            if (best is not { } other || Compare(places, rank, other.Places, other.Rank) < 0)
                best = (places, nodes, rank, row);
        }

        best?.Nodes.RemoveBest();
        return best?.Row;
    }

    /// <summary>After the node was given the task: it and its like count one more, and it
    /// stands where it now belongs.</summary>
    public void Taken(int row)
    {
        _own.Add(row);

        // The first task decides where those stand that want to be near to it.
        if (_own.Total == 1 && _own.WantToBeNear) _built = false;
        if (_built && _filter.Judge(row, _own.On(row)) is null && _own.ViolatedByNode(row) is null)
            _heaps[_own.PlacesOf(row)].Return(Rank(row), row);
    }

    /// <summary>Why no node will do: after <see cref="Next"/> found none.</summary>
    public UnplacedReason Explain()
    {
        var reason = new UnplacedReason(_request);
        for (var row = 0; row < _table.Count; row++)
        {
            var misfit = Judge(row) ?? throw new UnreachableException($"{_table.Id(row)} would do, and was not found");
            reason.Add(misfit, _table.Free(row));
        }

        return reason;
    }

    private void Build()
    {
        _built = true;
        _heaps.Clear();
        Span<bool> room = new bool[_table.Count];
        _filter.MarkRoom(room);
        var most = Math.Max(1, _request.Tasks.Length + _request.Bound.Length);
        for (var row = 0; row < room.Length; row++)
        {
            if (!room[row] || _filter.JudgeWithRoom(row, _own.On(row)) is not null) continue;
            if (_own.ViolatedByNode(row) is not null) continue;
            var places = _own.PlacesOf(row);
            if (!_heaps.TryGetValue(places, out var nodes)) _heaps[places] = nodes = new BestNodes(most);
            nodes.Offer(Rank(row), row);
        }
    }

    private NodeRank Rank(int row) => NodeRank.Of(
        _table, row, _request, _own.On(row), _failures[row], _filter.Unmet(row) + _own.UnmetByNode(row),
        _image.Of(row));

    private int Compare(OwnPlaces left, NodeRank leftRank, OwnPlaces right, NodeRank rightRank)
    {
        if (leftRank.Trouble != rightRank.Trouble) return leftRank.Trouble.CompareTo(rightRank.Trouble);
        for (var level = 0; level < left.Levels.Length; level++)
        {
            var fewer = _own.In(left.Levels[level]).CompareTo(_own.In(right.Levels[level]));
            if (fewer != 0) return fewer;
        }

        return leftRank.CompareTo(rightRank);
    }
}

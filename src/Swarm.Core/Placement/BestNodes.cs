namespace Swarm.Core.Placement;

/// <summary>The best of the nodes it is offered, as many as can be needed, the best one first.</summary>
/// <remarks>While nodes are offered, a heap with the worst of the kept ones on top, so that most are passed over by one
/// comparison; from the first look on, one with the best on top.</remarks>
internal sealed class BestNodes(int most)
{
    private (NodeRank Rank, int Row)[] _heap = new (NodeRank, int)[Math.Min(16, most)];
    private int _count;
    private bool _bestFirst;

    public int Count => _count;

    public void Offer(NodeRank rank, int row)
    {
        if (_count < most) Push((rank, row));
        else if (rank < _heap[0].Rank) Sink((rank, row));
    }

    public (NodeRank Rank, int Row) Best()
    {
        if (!_bestFirst)
        {
            _bestFirst = true;
            Array.Sort(_heap, 0, _count, Comparer<(NodeRank Rank, int Row)>.Create(
                (left, right) => left.Rank.CompareTo(right.Rank)));
        }

        return _heap[0];
    }

    public void RemoveBest()
    {
        var last = _heap[--_count];
        if (_count > 0) Sink(last);
    }

    /// <summary>Puts a node back under its new rank.</summary>
    public void Return(NodeRank rank, int row) => Push((rank, row));

    private void Push((NodeRank Rank, int Row) node)
    {
        if (_count == _heap.Length) Array.Resize(ref _heap, Math.Max(16, _count * 2));
        var at = _count++;
        while (at > 0 && IsAbove(node.Rank, _heap[(at - 1) / 2].Rank))
        {
            _heap[at] = _heap[(at - 1) / 2];
            at = (at - 1) / 2;
        }

        _heap[at] = node;
    }

    // From the top, in place of what was there.
    private void Sink((NodeRank Rank, int Row) node)
    {
        var at = 0;
        for (var child = 1; child < _count; child = (2 * at) + 1)
        {
            if (child + 1 < _count && IsAbove(_heap[child + 1].Rank, _heap[child].Rank)) child++;
            if (!IsAbove(_heap[child].Rank, node.Rank)) break;
            _heap[at] = _heap[child];
            at = child;
        }

        _heap[at] = node;
    }

    private bool IsAbove(NodeRank rank, NodeRank other) => _bestFirst ? rank < other : rank > other;
}

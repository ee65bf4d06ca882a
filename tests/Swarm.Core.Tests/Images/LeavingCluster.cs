using Swarm.Core.Images;

namespace Swarm.Core.Tests.Images;

/// <summary>Nodes of which each lets go of one image again and again: it tells that its own may go, asks one other
/// after another, decides by what it has heard, removes it, and says so later. Each step of a node may come between any
/// two of others.</summary>
internal sealed class LeavingCluster
{
    private readonly int _wanted;
    private readonly Node[] _nodes;

    /// <param name="keptToo">Whether half of the nodes have it as a copy that is released and dropped now and then.
    /// </param>
    public LeavingCluster(int wanted, int nodes, bool keptToo)
    {
        _wanted = wanted;
        _nodes = [.. Enumerable.Range(0, nodes).Select(number => new Node(new NodeId($"n{number}"))
        {
            State = keptToo && number % 2 == 1 ? CopyState.Kept : CopyState.Owned,
        })];
    }

    public int Copies => _nodes.Count(node => node.State is CopyState.Owned or CopyState.Kept);

    public int Tagged => _nodes.Count(node => node.State == CopyState.Owned);

    public void Step(int which, int at)
    {
        var node = _nodes[which];
        switch (node.State)
        {
            case CopyState.Owned when node.Heard is null: node.Heard = []; break;
            case CopyState.Owned when node.Heard.Count < _nodes.Length: Ask(node); break;
            case CopyState.Owned when node.MayGo is null:
                node.MayGo = CopyRules.MayGo(LeavingTests.View(node.Heard), node.Id);
                break;
            case CopyState.Owned when node.MayGo == true: node.State = CopyState.Absent; break;
            case CopyState.Owned: (node.Heard, node.MayGo) = (null, null); break; // it stays, and tries again later
            case CopyState.Absent: (node.Heard, node.MayGo) = (null, null); break;
            case CopyState.Kept when at % 5 == 0: node.State = CopyState.Spare; break;
            case CopyState.Spare: node.State = at % 2 == 0 ? CopyState.Absent : CopyState.Kept; break;
        }
    }

    private void Ask(Node node)
    {
        var other = _nodes[node.Heard!.Count];
        // As a node tells of itself while it lets go.
        var told = other is { State: CopyState.Owned, Heard: not null } ? CopyState.Spare : other.State;
        node.Heard.Add(LeavingTests.Site(other.Id, told, _wanted));
    }

    private sealed class Node(NodeId id)
    {
        public NodeId Id { get; } = id;

        public CopyState State { get; set; }

        /// <summary>What others have said; null while it does not let go.</summary>
        public List<CopySite>? Heard { get; set; }

        public bool? MayGo { get; set; }
    }
}

using Swarm.Core.Images;

namespace Swarm.Core.Tests.Images;

/// <summary>Nodes that fetch one blob at the same time, of which one has it. Time goes in rounds: in each a node sends
/// one of the pieces that it is asked for, and every node looks in every third.</summary>
internal sealed class TransferSwarm(int nodes, int pieces, int seed)
{
    private const int LookEvery = 3;
    private const int ReadInRound = 3;
    private static readonly TransferLimits Limits = new();

    private readonly Random _chance = new(seed);
    private readonly BlobTransfer[] _nodes =
    [
        new BlobTransfer(pieces, Name(seed, 0)) { Have = PieceSet.All(pieces) },
        .. Enumerable.Range(1, nodes - 1).Select(number => new BlobTransfer(pieces, Name(seed, number))),
    ];

    private readonly int[] _read = new int[nodes];
    private readonly SortedDictionary<int, int> _readAtEnd = [];

    public int Rounds { get; private set; }

    public int SentByFirst { get; private set; }

    /// <summary>How many pieces one has read, of those that fetch on the average, when its last piece comes, who reads
    /// them in order and three in a round.</summary>
    public double ReadAtEnd => _readAtEnd.Values.Average();

    public void Run()
    {
        while (_nodes.Any(node => !node.IsComplete) && Rounds < 1000)
        {
            for (var node = 0; node < _nodes.Length; node++)
            {
                if ((Rounds + node) % LookEvery == 0) Look(node);
            }

            for (var holder = 0; holder < _nodes.Length; holder++) Send(holder);
            for (var node = 1; node < _nodes.Length; node++) Read(node);
            Rounds++;
        }
    }

    private void Look(int node)
    {
        if (_nodes[node].IsComplete) return;
        var heard = _nodes.Where(other => other != _nodes[node])
            .Aggregate(_nodes[node], (now, other) => TransferRules.Heard(now, other.Self, other.Have));
        _nodes[node] = TransferRules.Next(TransferRules.Looked(heard), Limits).Next;
    }

    private void Send(int holder)
    {
        var asked = Enumerable.Range(0, _nodes.Length)
            .SelectMany(node => _nodes[node].Asked.Where(piece => piece.Value == _nodes[holder].Self)
                .Select(piece => (Node: node, Piece: piece.Key))).ToList();
        if (asked.Count == 0) return;

        var (to, sent) = asked[_chance.Next(asked.Count)];
        if (holder == 0) SentByFirst++;
        var arrived = TransferRules.Arrived(_nodes[to], new PieceRequest(sent, _nodes[holder].Self));
        _nodes[to] = arrived.IsComplete ? arrived : TransferRules.Next(arrived, Limits).Next;
    }

    private void Read(int node)
    {
        for (var left = ReadInRound; left > 0 && _nodes[node].Have.Contains(_read[node]); left--) _read[node]++;
        if (_nodes[node].IsComplete) _readAtEnd.TryAdd(node, _read[node]);
    }

    private static string Name(int seed, int number) => $"{seed}-{number}";
}

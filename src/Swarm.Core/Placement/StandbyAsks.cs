using Swarm.Core.Images;

namespace Swarm.Core.Placement;

/// <summary>What nodes are to fetch ahead: each asked for once, and not again soon.</summary>
/// <remarks>A node that could not take an image, or let it go for room since, is not asked again and again.</remarks>
internal sealed class StandbyAsks
{
    /// <summary>So many wait; what is more is passed over until its service tells it again.</summary>
    public const int WaitingMax = 300;

    public static readonly TimeSpan AgainAfter = TimeSpan.FromHours(1);

    private const int Swept = 4096;

    private readonly Dictionary<FetchAhead, DateTimeOffset> _askedAt = [];
    private readonly Queue<FetchAhead> _waiting = [];
    private int _sweepAt = Swept;

    public void Add(FetchAhead ask, DateTimeOffset now)
    {
        if (_waiting.Count == WaitingMax || (_askedAt.TryGetValue(ask, out var at) && at > now - AgainAfter)) return;

        Sweep(now);
        _askedAt[ask] = now;
        _waiting.Enqueue(ask);
    }

    public FetchAhead? Next() => _waiting.TryDequeue(out var next) ? next : null;

    /// <summary>The node is another one than before: what did not go there may go now.</summary>
    public void Forget(NodeId node)
    {
        foreach (var ask in _askedAt.Keys.Where(ask => ask.Node == node).Except(_waiting).ToList())
            _askedAt.Remove(ask);
    }

    private void Sweep(DateTimeOffset now)
    {
        if (_askedAt.Count < _sweepAt) return;
        foreach (var (ask, at) in _askedAt.ToList())
        {
            if (at <= now - AgainAfter) _askedAt.Remove(ask);
        }

        _sweepAt = Math.Max(Swept, _askedAt.Count * 2);
    }
}

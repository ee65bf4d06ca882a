using System.Collections.Immutable;
using Akka.Actor;
using Swarm.Core.Images;

namespace Swarm.Cluster.Copies;

/// <summary>The copies that this node is to fetch: some on their way, others waiting.</summary>
internal sealed class CopyFetches(CopyOptions options, TimeProvider time)
{
    private readonly Dictionary<Digest, CopyFetch> _all = [];
    private readonly Queue<CopyFetch> _waiting = [];
    private readonly Dictionary<Digest, DateTimeOffset> _refusedUntil = [];

    public int Count => _all.Count;

    public bool Has(Digest image) => _all.ContainsKey(image);

    /// <summary>Whether it has failed just now: another node may have more luck.</summary>
    public bool HasFailed(Digest image)
    {
        if (!_refusedUntil.TryGetValue(image, out var until)) return false;
        if (until > time.GetUtcNow()) return true;
        _refusedUntil.Remove(image);
        return false;
    }

    /// <returns>Whether there is room for it.</returns>
    public bool TryAdd(KeepImage keep, IActorRef asker)
    {
        if (_all.Count >= options.FetchesMax) return false;
        var fetch = new CopyFetch(keep.Image, keep.Names, asker);
        _all.Add(keep.Image, fetch);
        _waiting.Enqueue(fetch);
        return true;
    }

    /// <returns>What is to be begun now; null when nothing is.</returns>
    public CopyFetch? Next() =>
        _all.Count - _waiting.Count < options.ParallelFetches && _waiting.TryDequeue(out var next) ? next : null;

    /// <returns>Who wanted it.</returns>
    public IActorRef Finish(Digest image, bool hasFailed)
    {
        if (hasFailed) _refusedUntil[image] = time.GetUtcNow() + options.RefuseFor;
        if (!_all.Remove(image, out var fetch)) return ActorRefs.Nobody;
        fetch.Stop.Dispose();
        return fetch.Asker;
    }

    /// <summary>Ends a fetch, if there is one; it is finished by its own word.</summary>
    public void Cancel(Digest image) => _all.GetValueOrDefault(image)?.Stop.Cancel();

    public void CancelAll()
    {
        foreach (var fetch in _all.Values) fetch.Stop.Cancel();
    }
}

internal sealed record CopyFetch(Digest Image, ImmutableArray<string> Names, IActorRef Asker)
{
    public CancellationTokenSource Stop { get; } = new();
}

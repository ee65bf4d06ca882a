using System.Collections.Concurrent;
using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Core.Nodes;
using Swarm.Images.Collecting;
using Swarm.Images.Copies;
using Swarm.Runtime.Images;

namespace Swarm.Cluster.Tests.Copies;

/// <summary>A store in memory; a fetch ends when the test says so.</summary>
internal sealed class FakeCopies : IImageCopies, ICopyStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Digest, StoredCopy> _all = [];

    public event Action? Changed;

    public ICopyStore Store => this;

    public ConcurrentDictionary<Digest, TaskCompletionSource> Fetches { get; } = new();

    public StoredCopy? Find(Digest image)
    {
        lock (_gate) return _all.GetValueOrDefault(image);
    }

    public void Set(Digest image, CopyMark mark, bool isHere, params string[] tags)
    {
        lock (_gate) _all[image] = Of(image, mark, isHere, tags, Find(image)?.MarkNames ?? []);
        Changed?.Invoke();
    }

    /// <summary>A user removes it.</summary>
    public void Remove(Digest image)
    {
        lock (_gate)
        {
            if (Find(image) is { Mark: not CopyMark.None } marked)
                _all[image] = marked with { IsHere = false, Tags = [] };
            else _all.Remove(image);
        }

        Changed?.Invoke();
    }

    /// <summary>One of its blobs is found to be broken.</summary>
    public void Break(Digest image)
    {
        lock (_gate) _all[image] = Find(image)! with { IsHere = false, IsBroken = true };
        Changed?.Invoke();
    }

    public Task<ImmutableArray<StoredCopy>> ListCopiesAsync(CancellationToken cancellation)
    {
        lock (_gate) return Task.FromResult(_all.Values.ToImmutableArray());
    }

    public Task MarkAsync(
        Digest image, CopyMark mark, ImmutableArray<string> names, CancellationToken cancellation)
    {
        lock (_gate)
        {
            var before = Find(image) ?? Of(image, mark, isHere: false, [], []);
            if (!before.IsHere && mark == CopyMark.None) _all.Remove(image);
            else _all[image] = before with { Mark = mark, MarkNames = names };
        }

        return Task.CompletedTask;
    }

    public Task<bool> RemoveCopyAsync(Digest image, CancellationToken cancellation)
    {
        lock (_gate) _all.Remove(image);
        Changed?.Invoke();
        return Task.FromResult(true);
    }

    public DiskUse MeasureDisk() => new(Bytes.Zero, Bytes.FromMebibytes(4096));

    public async Task FetchAsync(Digest image, ImmutableArray<string> names, CancellationToken cancellation)
    {
        var end = Fetches.GetOrAdd(image, _ => new TaskCompletionSource());
        await end.Task.WaitAsync(cancellation);
        await MarkAsync(image, CopyMark.Kept, names, cancellation);
        Set(image, CopyMark.Kept, isHere: true);
    }

    /// <summary>Lists that were fetched for an image that is here.</summary>
    public ConcurrentQueue<string> FetchedLists { get; } = new();

    public Task FetchListsAsync(Digest image, ImmutableArray<string> lists, CancellationToken cancellation)
    {
        foreach (var list in lists) FetchedLists.Enqueue(list);
        SetLists(image, [.. Find(image)!.Lists, .. lists]);
        return Task.CompletedTask;
    }

    public void SetLists(Digest image, params string[] lists)
    {
        lock (_gate) _all[image] = Find(image)! with { Lists = [.. lists] };
        Changed?.Invoke();
    }

    /// <summary>Whether something uses what is to go.</summary>
    public bool IsUsed { get; set; }

    public Task<bool> LetGoAsync(IdleImage image, CancellationToken cancellation)
    {
        if (IsUsed) return Task.FromResult(false);
        // As the store does: for this it has not been removed on purpose.
        lock (_gate) _all[image.Image] = Find(image.Image)! with { Mark = CopyMark.Spare, IsHere = false, Tags = [] };
        Changed?.Invoke();
        return Task.FromResult(true);
    }

    private static StoredCopy Of(
        Digest image, CopyMark mark, bool isHere, IEnumerable<string> tags, ImmutableArray<string> names) => new(
        image, [.. tags], names, mark, isHere, IsInUse: false, Bytes.Zero,
        ImmutableSortedDictionary<string, string>.Empty);
}

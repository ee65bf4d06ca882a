using System.Collections.Concurrent;
using Swarm.Core.Images;

namespace Swarm.Images.Peers;

/// <summary>The blobs that are on their way to this node, and what was left of fetches that failed.</summary>
internal sealed class PartialBlobs(StoreFolders folders, PeerOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<Digest, PartialBlob> _live = new();
    private TaskCompletionSource _opened = NewOpening();

    /// <summary>How their files are read.</summary>
    public DiskRead Read { get; init; } = RandomAccess.Read;

    /// <summary>A blob that is on its way now; null when it is not.</summary>
    public PartialBlob? Find(Digest digest) => _live.GetValueOrDefault(digest);

    /// <summary>A blob that is on its way now, or is once.</summary>
    public async Task<PartialBlob> FindLaterAsync(Digest digest, CancellationToken cancellation)
    {
        while (true)
        {
            var opened = Volatile.Read(ref _opened).Task;
            if (Find(digest) is { } live) return live;
            await opened.WaitAsync(cancellation);
        }
    }

    /// <summary>Goes on with a blob, or begins with it. Of each digest one is open at a time.</summary>
    public PartialBlob Open(Digest digest, long size, PieceSums sums, CancellationToken cancellation)
    {
        var path = Path.Combine(folders.Parts, digest.Hex);
        lock (_gate)
        {
            if (File.Exists(path)) File.SetLastWriteTimeUtc(path, time.GetUtcNow().UtcDateTime);
        }

        var opened = PartialBlob.Open(path, digest, size, sums, Read, cancellation);
        _live[digest] = opened;
        Interlocked.Exchange(ref _opened, NewOpening()).SetResult();
        return opened;
    }

    /// <summary>It is not on its way any more; what came of it stays.</summary>
    public void Close(PartialBlob blob)
    {
        _live.TryRemove(blob.Digest, out _);
        blob.Dispose();
    }

    /// <summary>Removes what was left of fetches that nobody has gone on with.</summary>
    /// <exception cref="IOException">The disk does not do it.</exception>
    public void DropOld()
    {
        var before = time.GetUtcNow() - options.PartsKeptFor;
        lock (_gate)
        {
            foreach (var file in new DirectoryInfo(folders.Parts).EnumerateFiles())
            {
                if (file.LastWriteTimeUtc < before && !_live.Values.Any(live => live.Path == file.FullName))
                    file.Delete();
            }
        }
    }

    private static TaskCompletionSource NewOpening() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

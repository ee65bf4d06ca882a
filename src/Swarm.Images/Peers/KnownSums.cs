using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Swarm.Core.Images;
using Swarm.Images.Blobs;

namespace Swarm.Images.Peers;

/// <summary>The sums of the pieces of the blobs that are here whole: summed up once, and kept beside them.</summary>
/// <remarks>
/// Whoever sums up a blob sees whether it still is what its name says. What rots later is seen by whoever fetches it,
/// for the sums stay as they were.
/// </remarks>
internal sealed partial class KnownSums(StoreFolders folders, ILogger logger)
{
    private readonly ConcurrentDictionary<(Digest Digest, DateTime Written), Lazy<Task<PieceSums?>>> _summing = new();

    /// <returns>Null when the blob is not what its name says.</returns>
    public async Task<PieceSums?> FindAsync(StagedBlob blob, CancellationToken cancellation)
    {
        if (PieceSums.FromName(blob.Digest, blob.Size) is { } named) return named;
        if (Read(blob) is { } kept) return kept;

        // Whoever asks waits for the same, and it goes on when he leaves: the next one finds it done.
        var which = (blob.Digest, File.GetLastWriteTimeUtc(blob.Path));
        var summing = _summing.GetOrAdd(which, _ => new Lazy<Task<PieceSums?>>(() => DedicatedThread.RunAsync(
            () => SumUp(blob), CancellationToken.None)));
        var sums = await summing.Value.WaitAsync(cancellation);
        if (sums is not null) _summing.TryRemove(which, out _);
        return sums;
    }

    /// <summary>Keeps the sums of a blob that was checked by its name.</summary>
    public void Keep(Digest digest, PieceSums sums)
    {
        if (sums.Bytes.Length > PieceSums.SumBytes) folders.WriteWhole(PathOf(digest), sums.Bytes);
    }

    private PieceSums? SumUp(StagedBlob blob)
    {
        var (sums, digest) = PieceSums.Read(blob, CancellationToken.None);
        if (digest != blob.Digest)
        {
            LogBroken(blob.Digest, blob.Path, digest);
            return null;
        }

        Keep(digest, sums);
        return sums;
    }

    private PieceSums? Read(StagedBlob blob)
    {
        try
        {
            return PieceSums.From(File.ReadAllBytes(PathOf(blob.Digest)), blob.Size);
        }
        catch (IOException)
        {
            return null; // none yet
        }
    }

    private string PathOf(Digest digest) => Path.Combine(folders.Sums, digest.Hex);

    [LoggerMessage(LogLevel.Error,
        "Blob {Blob} is broken: the content of {Path} has the digest {Digest}. It is not given to other nodes")]
    private partial void LogBroken(Digest blob, string path, Digest digest);
}

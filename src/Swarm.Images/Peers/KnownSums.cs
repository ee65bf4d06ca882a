using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Swarm.Core.Images;
using Swarm.Images.Blobs;

namespace Swarm.Images.Peers;

/// <summary>The sums of the pieces of the blobs that are here whole: summed up once, and kept beside them.</summary>
/// <remarks>
/// Whoever sums up a blob sees whether it still is what its name says. What rots later is seen by whoever fetches it,
/// for the sums stay as they were; he says so.
/// </remarks>
/// <param name="store">Sets aside what is broken.</param>
internal sealed partial class KnownSums(ImageStore store, TimeProvider time, ILogger logger)
{
    // Whoever doubts a blob more often has what is wrong at his own end.
    private static readonly TimeSpan BelievedFor = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<(Digest Digest, DateTime Written), Lazy<Task<PieceSums?>>> _summing = new();

    /// <returns>Null when the blob is not what its name says.</returns>
    public async Task<PieceSums?> FindAsync(StagedBlob blob, CancellationToken cancellation)
    {
        // Of one piece nothing is kept: it is summed up in a moment, and seen to be right each time.
        if (blob.Size > BlobPieces.PieceBytes && Read(blob) is { } kept) return kept;

        // Whoever asks waits for the same, and it goes on when he leaves: the next one finds it done.
        var which = (blob.Digest, File.GetLastWriteTimeUtc(blob.Path));
        var summing = _summing.GetOrAdd(which, one => new Lazy<Task<PieceSums?>>(() => DedicatedThread.RunAsync(
            () => SumUp(blob, one.Written), CancellationToken.None)));
        try
        {
            return await summing.Value.WaitAsync(cancellation);
        }
        finally
        {
            // What the disk refused this time it may give the next one.
            if (summing.Value.IsCompleted) _summing.TryRemove(KeyValuePair.Create(which, summing));
        }
    }

    /// <summary>Somebody got something else than the sums say: the blob is summed up anew, unless it was just now.
    /// </summary>
    public async Task DoubtAsync(StagedBlob blob, CancellationToken cancellation)
    {
        var kept = PathOf(blob.Digest);
        // What was written later than now was written before the clock was set back: nobody knows how long ago.
        var since = time.GetUtcNow() - File.GetLastWriteTimeUtc(kept);
        if (since >= TimeSpan.Zero && since < BelievedFor) return;
        File.Delete(kept);
        await FindAsync(blob, cancellation);
    }

    /// <summary>Keeps the sums of a blob that was checked by its name. Where the disk does not take them, as a full one
    /// does not, or loses them with the power, they are summed up again when they are asked for: so nobody waits for
    /// the disk.</summary>
    public void Keep(Digest digest, PieceSums sums)
    {
        if (sums.Bytes.Length <= PieceSums.SumBytes) return;
        try
        {
            store.Folders.WriteLoosely(PathOf(digest), sums.ToFile());
        }
        catch (IOException refused)
        {
            LogNotKept(digest, refused.Message);
        }
    }

    private PieceSums? SumUp(StagedBlob blob, DateTime written)
    {
        try
        {
            var (sums, digest) = PieceSums.Read(blob, CancellationToken.None);
            if (digest == blob.Digest)
            {
                Keep(digest, sums);
                return sums;
            }

            LogBroken(blob.Digest, blob.Path, digest);
            store.SetAside(blob, written);
        }
        catch (FileNotFoundException)
        {
            // It went in this moment.
        }
        catch (IOException lost) when (LostContent.IsIn(lost))
        {
            store.SetAsideUnread(blob, written, lost);
        }

        return null;
    }

    private PieceSums? Read(StagedBlob blob)
    {
        try
        {
            return PieceSums.FromFile(File.ReadAllBytes(PathOf(blob.Digest)), blob.Size);
        }
        catch (IOException)
        {
            return null; // none yet
        }
    }

    private string PathOf(Digest digest) => Path.Combine(store.Folders.Sums, digest.Hex);

    [LoggerMessage(LogLevel.Error,
        "Blob {Blob} is broken: the content of {Path} has the digest {Digest}. It is set aside, and its images do not "
        + "count as copies until they were loaded or pulled again")]
    private partial void LogBroken(Digest blob, string path, Digest digest);

    [LoggerMessage(LogLevel.Warning, "The sums of blob {Blob} were not kept: {Reason}")]
    private partial void LogNotKept(Digest blob, string reason);
}

using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Swarm.Core.Images;
using Swarm.Images.Blobs;

namespace Swarm.Images.Peers;

/// <summary>A blob of which not all pieces are here yet: a file of its full length, with holes.</summary>
/// <remarks>
/// Which pieces are in it is not kept: whoever opens it sums up what is there and believes what is right. So nothing
/// has to be brought to the disk in any order, and a crash leaves nothing that is wrong.
/// </remarks>
internal sealed class PartialBlob : IComingBlob, IDisposable
{
    private const int BufferBytes = 256 * 1024;

    private readonly Lock _gate = new();
    private readonly SafeFileHandle _file;
    private readonly DiskRead _read;
    private PieceSet _here;
    private bool _isRight;
    private bool _isClosed;
    private TaskCompletionSource _changed = NewChange();

    private PartialBlob(
        string path, Digest digest, long size, PieceSums sums, SafeFileHandle file, PieceSet here, DiskRead read) =>
        (Path, Digest, Size, Sums, _file, _here, _read) = (path, digest, size, sums, file, here, read);

    public string Path { get; }

    public Digest Digest { get; }

    public long Size { get; }

    public PieceSums Sums { get; }

    public int Pieces => BlobPieces.CountOf(Size);

    /// <summary>Here, and checked.</summary>
    public PieceSet Here
    {
        get
        {
            lock (_gate) return _here;
        }
    }

    /// <inheritdoc/>
    public bool IsRight
    {
        get
        {
            lock (_gate) return _isRight;
        }
    }

    /// <summary>Opens a file, or makes it, and finds what of the blob is in it. What the disk does not give counts as
    /// not here: then the rest goes into a new file, for nobody knows what becomes of what is written to this one.
    /// </summary>
    /// <param name="read">How it is read.</param>
    public static PartialBlob Open(
        string path, Digest digest, long size, PieceSums sums, DiskRead read, CancellationToken cancellation)
    {
        var file = OpenAt(path, FileMode.OpenOrCreate);
        try
        {
            var before = RandomAccess.GetLength(file);
            RandomAccess.SetLength(file, size);
            var pieces = new PartialPieces(size, sums, read);
            var (here, isLost) = pieces.Find(file, Math.Min(before, size), cancellation);
            if (isLost) file = Renew(path, file, pieces, here, cancellation);
            return new PartialBlob(path, digest, size, sums, file, here, read);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Takes a piece in.</summary>
    /// <param name="fill">Fills what it is given, and tells how much of it: less when the piece has ended before.
    /// </param>
    /// <returns>Whether it is what it should be; if it is not, it counts as not here.</returns>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public async Task<bool> WriteAsync(
        int piece, Func<Memory<byte>, Task<int>> fill, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var (at, left) = (BlobPieces.OffsetOf(piece), BlobPieces.LengthOf(piece, Size));
            while (left > 0)
            {
                var part = buffer.AsMemory(0, Math.Min(left, BufferBytes));
                if (await fill(part) < part.Length) return false;
                hash.AppendData(part.Span);
                await RandomAccess.WriteAsync(_file, part, at, cancellation);
                (at, left) = (at + part.Length, left - part.Length);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(Sums.Of(piece))) return false;
        Change(() => _here = _here.Add(piece));
        return true;
    }

    /// <summary>Finds out what the whole is, reading it while it comes; of one piece its sum says it.</summary>
    /// <returns>What it is when all pieces are here.</returns>
    /// <exception cref="IOException">It was closed before, or the disk does not give it.</exception>
    public Task<Digest> DigestAsync(CancellationToken cancellation) => Pieces == 1
        ? Task.FromResult(Digest.OfHash(Sums.Of(0)))
        : DedicatedThread.RunAsync(
            () =>
            {
                using var whole = Follow(cancellation);
                return PieceSums.ReadDigest(whole, cancellation);
            },
            cancellation);

    /// <summary>The whole of it was checked.</summary>
    public StagedBlob Finish()
    {
        Change(() => _isRight = true);
        return new StagedBlob(Path, Digest, Size);
    }

    /// <inheritdoc/>
    public Stream Follow(CancellationToken cancellation) => new PrefixStream(this, cancellation);

    /// <summary>Waits until a piece is here.</summary>
    /// <returns>False where it does not come any more.</returns>
    public bool WaitFor(int piece, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_here.Contains(piece)) return true;
                if (_isClosed) return false;
                changed = _changed.Task;
            }

            changed.Wait(cancellation);
        }
    }

    /// <summary>Reads of its file, as it was opened by who follows it.</summary>
    /// <exception cref="IOException">The disk does not give it.</exception>
    public int Read(SafeFileHandle opened, Span<byte> buffer, long at) => _read(opened, buffer, at);

    /// <summary>Opens its file for who follows it.</summary>
    /// <exception cref="IOException">It is closed: its file may lie elsewhere by now.</exception>
    public SafeFileHandle OpenFile()
    {
        lock (_gate)
        {
            if (_isClosed) throw new IOException($"blob {Digest} is not on its way any more");
            return File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
    }

    /// <summary>Nothing more comes into it. Who reads it goes on as far as it goes.</summary>
    public void Dispose()
    {
        Change(() => _isClosed = true);
        _file.Dispose();
    }

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            change();
            (changed, _changed) = (_changed, NewChange());
        }

        changed.SetResult();
    }

    private static SafeFileHandle Renew(
        string path, SafeFileHandle file, PartialPieces pieces, PieceSet here, CancellationToken cancellation)
    {
        using (file)
        {
            File.Delete(path);
            var renewed = OpenAt(path, FileMode.CreateNew);
            try
            {
                pieces.Copy(file, renewed, here, cancellation);
                return renewed;
            }
            catch
            {
                renewed.Dispose();
                throw;
            }
        }
    }

    private static SafeFileHandle OpenAt(string path, FileMode mode) => File.OpenHandle(
        path, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
}

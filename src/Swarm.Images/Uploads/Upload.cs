using System.Security.Cryptography;
using Swarm.Core.Images;
using Swarm.Images.Blobs;
using Swarm.Images.Repositories;

namespace Swarm.Images.Uploads;

/// <summary>One blob on its way in: a file that grows, and is hashed meanwhile.</summary>
/// <remarks>One request at a time writes to it. A later one takes over from an earlier one, whose connection may
/// have been lost without anybody having told.</remarks>
internal sealed class Upload(
    string id, string repository, string path, NodeRegistryOptions options, TimeProvider time,
    DateTimeOffset touched) : IDisposable
{
    private const int PieceBytes = 256 * 1024;

    // How often it is looked how much of the disk is left.
    private const long DiskCheckBytes = 16 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _turn = new(1);
    private CancellationTokenSource? _writer;
    private int _present;
    private bool _ended;

    // Null where it would have to be made of the bytes that are here: after a restart.
    private IncrementalHash? _hash;

    public string Id => id;

    public string Repository => repository;

    public long Size { get; private set; } = new FileInfo(path).Length;

    public DateTimeOffset Touched { get; private set; } = touched;

    public bool IsBusy => Volatile.Read(ref _present) > 0;

    /// <summary>Does something with it that nobody else does meanwhile.</summary>
    /// <exception cref="RepositoryException">It was ended, or another request took it over.</exception>
    public async Task<T> AloneAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        using var own = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        lock (_gate)
        {
            if (_ended) throw Ended();
            _writer?.Cancel();
            _writer = own;
            _present++;
        }

        try
        {
            await _turn.WaitAsync(own.Token);
            try
            {
                return await work(own.Token);
            }
            finally
            {
                Touched = time.GetUtcNow();
                _turn.Release();
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw _ended ? Ended() : new RepositoryException(
                RepositoryFault.BlobUploadInvalid, $"another request went on with the upload {id}");
        }
        finally
        {
            lock (_gate)
            {
                if (_writer == own) _writer = null;
                if (--_present == 0 && _ended) Dispose();
            }
        }
    }

    /// <summary>Nobody writes to it any more.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _ended = true;
            _writer?.Cancel();
            if (_present == 0) Dispose(); // else the last one does, who leaves
        }
    }

    public void Dispose()
    {
        _turn.Dispose();
        _hash?.Dispose();
    }

    /// <summary>Adds what a client sends, as far as it comes: what is here stays when the rest does not.</summary>
    /// <param name="most">Bytes; more are refused.</param>
    public async Task ReceiveAsync(Stream body, long most, CancellationToken cancellation)
    {
        _hash ??= await HashAsync(cancellation);
        await using var file = new FileStream(
            path, FileMode.Open, FileAccess.Write, FileShare.Read, bufferSize: 0, useAsync: true);
        file.SetLength(Size); // what was written and not counted, when the disk was full
        file.Position = Size;
        using var silence = new CancellationTokenSource(options.SilenceMax, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellation);
        var buffer = new byte[PieceBytes];
        var (end, checkedAt) = (Size + most, long.MinValue);
        while (true)
        {
            var read = await ReadAsync(body, buffer, silence, either.Token, cancellation);
            if (read == 0) return;
            if (Size + read > end)
            {
                throw new RepositoryException(
                    most < options.BlobMax.Value ? RepositoryFault.SizeInvalid : RepositoryFault.TooLarge,
                    $"more than {most} bytes came");
            }

            if (Size - checkedAt >= DiskCheckBytes || checkedAt < 0) checkedAt = RequireDisk();
            StoreSteps.BeforeWrite("upload");
            await StoreSteps.OnPool(file.WriteAsync(buffer.AsMemory(0, read), cancellation).AsTask());
            _hash.AppendData(buffer, 0, read);
            Size += read;
        }
    }

    /// <summary>The blob, whole and on the disk.</summary>
    /// <exception cref="RepositoryException">It has another digest.</exception>
    public async Task<StagedBlob> FinishAsync(Digest digest, CancellationToken cancellation)
    {
        _hash ??= await HashAsync(cancellation);
        var own = Digest.OfHash(_hash.GetCurrentHash());
        if (own != digest)
        {
            throw new RepositoryException(
                RepositoryFault.DigestInvalid, $"what came has {Size} bytes and the digest {own}, not {digest}");
        }

        return await DedicatedThread.RunAsync(
            () =>
            {
                using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
                RandomAccess.FlushToDisk(file);
                return new StagedBlob(path, own, Size);
            },
            cancellation);
    }

    private async ValueTask<int> ReadAsync(
        Stream body, byte[] buffer, CancellationTokenSource silence, CancellationToken either,
        CancellationToken cancellation)
    {
        try
        {
            silence.CancelAfter(options.SilenceMax);
            return await body.ReadAsync(buffer, either);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new RepositoryException(
                RepositoryFault.BlobUploadInvalid,
                $"nothing came for {options.SilenceMax.TotalSeconds:0.###} s; {Size} bytes are here");
        }
    }

    private long RequireDisk()
    {
        var free = new DriveInfo(path).AvailableFreeSpace;
        return free > options.DiskReserve.Value ? Size : throw new RepositoryException(
            RepositoryFault.NoSpace, $"the disk has {free} bytes left, and {options.DiskReserve.Value} stay free");
    }

    private Task<IncrementalHash> HashAsync(CancellationToken cancellation) => DedicatedThread.RunAsync(
        () =>
        {
            var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            var buffer = new byte[PieceBytes];
            for (var left = Size; left > 0;)
            {
                cancellation.ThrowIfCancellationRequested();
                var read = file.Read(buffer.AsSpan(0, (int)Math.Min(left, buffer.Length)));
                if (read == 0) throw new EndOfStreamException($"{path}: shorter than it was");
                hash.AppendData(buffer, 0, read);
                left -= read;
            }

            return hash;
        },
        cancellation);

    private RepositoryException Ended() => new(
        RepositoryFault.BlobUploadUnknown, $"the upload {id} has ended");
}

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
internal sealed class PartialBlob : IDisposable
{
    private const int BufferBytes = 256 * 1024;

    private readonly Lock _gate = new();
    private readonly SafeFileHandle _file;
    private PieceSet _here;

    private PartialBlob(string path, Digest digest, long size, PieceSums sums, SafeFileHandle file, PieceSet here) =>
        (Path, Digest, Size, Sums, _file, _here) = (path, digest, size, sums, file, here);

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

    /// <summary>Opens a file, or makes it, and finds what of the blob is in it.</summary>
    public static PartialBlob Open(
        string path, Digest digest, long size, PieceSums sums, CancellationToken cancellation)
    {
        var file = File.OpenHandle(
            path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete,
            FileOptions.Asynchronous);
        try
        {
            var before = RandomAccess.GetLength(file);
            RandomAccess.SetLength(file, size);
            var here = FindPieces(file, Math.Min(before, size), size, sums, cancellation);
            return new PartialBlob(path, digest, size, sums, file, here);
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
        lock (_gate) _here = _here.Add(piece);
        return true;
    }

    /// <summary>Finds out what the whole of it is.</summary>
    public StagedBlob Finish(CancellationToken cancellation) =>
        new(Path, PieceSums.ReadDigest(Path, cancellation), Size);

    public void Dispose() => _file.Dispose();

    private static PieceSet FindPieces(
        SafeFileHandle file, long until, long size, PieceSums sums, CancellationToken cancellation)
    {
        var here = PieceSet.Empty;
        var buffer = new byte[BufferBytes];
        for (var piece = 0; piece < BlobPieces.CountOf(until); piece++)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var (at, left) = (BlobPieces.OffsetOf(piece), BlobPieces.LengthOf(piece, size));
            while (left > 0
                && RandomAccess.Read(file, buffer.AsSpan(0, Math.Min(left, buffer.Length)), at) is > 0 and var read)
            {
                cancellation.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, read);
                (at, left) = (at + read, left - read);
            }

            if (hash.GetHashAndReset().AsSpan().SequenceEqual(sums.Of(piece))) here = here.Add(piece);
        }

        return here;
    }
}

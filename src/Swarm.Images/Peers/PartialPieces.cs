using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Swarm.Core.Images;
using Swarm.Images.Blobs;

namespace Swarm.Images.Peers;

/// <summary>Reads of a file, as <see cref="RandomAccess.Read(SafeFileHandle, Span{byte}, long)"/> does.</summary>
internal delegate int DiskRead(SafeFileHandle file, Span<byte> buffer, long at);

/// <summary>The pieces in a file that may have come only in part.</summary>
internal sealed class PartialPieces(long size, PieceSums sums, DiskRead read)
{
    private const int BufferBytes = 256 * 1024;

    /// <summary>Finds those that are what they should be.</summary>
    /// <param name="until">Behind it nothing was ever written.</param>
    /// <returns>And whether the disk has lost some: they count as not here.</returns>
    public (PieceSet Here, bool IsLost) Find(SafeFileHandle file, long until, CancellationToken cancellation)
    {
        var (here, isLost) = (PieceSet.Empty, false);
        var buffer = new byte[BufferBytes];
        for (var piece = 0; piece < BlobPieces.CountOf(until); piece++)
        {
            try
            {
                if (IsRight(file, piece, buffer, cancellation)) here = here.Add(piece);
            }
            catch (IOException lost) when (LostContent.IsIn(lost))
            {
                isLost = true;
            }
        }

        return (here, isLost);
    }

    /// <summary>Copies pieces to where they belong in another file, which gets its full length.</summary>
    public void Copy(SafeFileHandle from, SafeFileHandle to, PieceSet pieces, CancellationToken cancellation)
    {
        RandomAccess.SetLength(to, size);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            for (var piece = 0; piece < BlobPieces.CountOf(size); piece++)
            {
                if (!pieces.Contains(piece)) continue;
                ReadPiece(from, piece, buffer, (part, at) => RandomAccess.Write(to, part.Span, at), cancellation);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private bool IsRight(SafeFileHandle file, int piece, byte[] buffer, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        ReadPiece(file, piece, buffer, (part, _) => hash.AppendData(part.Span), cancellation);
        return hash.GetHashAndReset().AsSpan().SequenceEqual(sums.Of(piece));
    }

    private void ReadPiece(
        SafeFileHandle file, int piece, byte[] buffer, Action<ReadOnlyMemory<byte>, long> take,
        CancellationToken cancellation)
    {
        var (at, left) = (BlobPieces.OffsetOf(piece), BlobPieces.LengthOf(piece, size));
        while (left > 0 && read(file, buffer.AsSpan(0, Math.Min(left, buffer.Length)), at) is > 0 and var count)
        {
            cancellation.ThrowIfCancellationRequested();
            take(buffer.AsMemory(0, count), at);
            (at, left) = (at + count, left - count);
        }
    }
}

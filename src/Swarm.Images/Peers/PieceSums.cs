using System.Security.Cryptography;
using Swarm.Core.Images;
using Swarm.Images.Blobs;

namespace Swarm.Images.Peers;

/// <summary>The sha256 of every piece of a blob.</summary>
internal sealed class PieceSums
{
    public const int SumBytes = SHA256.HashSizeInBytes;

    private const int BufferBytes = 256 * 1024;

    private readonly byte[] _sums;

    private PieceSums(byte[] sums) => _sums = sums;

    public byte[] Bytes => _sums;

    /// <returns>Null when it is not one for each piece of a blob of that size.</returns>
    public static PieceSums? From(byte[]? sums, long size) =>
        sums is not null && sums.Length == BlobPieces.CountOf(size) * SumBytes ? new PieceSums(sums) : null;

    /// <summary>Of a blob that has one piece only the name says it.</summary>
    public static PieceSums? FromName(Digest digest, long size) => BlobPieces.CountOf(size) switch
    {
        0 => new PieceSums([]),
        1 => new PieceSums(Convert.FromHexString(digest.Hex)),
        _ => null,
    };

    /// <summary>Reads a blob, and sums up its pieces and the whole.</summary>
    public static (PieceSums Sums, Digest Digest) Read(StagedBlob blob, CancellationToken cancellation)
    {
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = OpenBehindOthers(blob.Path);
        var sums = new byte[BlobPieces.CountOf(blob.Size) * SumBytes];
        var buffer = new byte[BufferBytes];
        for (var piece = 0; piece * SumBytes < sums.Length; piece++)
        {
            using var part = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var left = BlobPieces.LengthOf(piece, blob.Size);
            while (left > 0 && file.Read(buffer, 0, Math.Min(left, buffer.Length)) is > 0 and var read)
            {
                cancellation.ThrowIfCancellationRequested();
                part.AppendData(buffer, 0, read);
                whole.AppendData(buffer, 0, read);
                left -= read;
            }

            part.GetHashAndReset(sums.AsSpan(piece * SumBytes, SumBytes));
        }

        return (new PieceSums(sums), Digest.OfHash(whole.GetHashAndReset()));
    }

    /// <summary>Reads a blob of which the pieces were checked, and tells what it is.</summary>
    public static Digest ReadDigest(string path, CancellationToken cancellation)
    {
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = OpenBehindOthers(path);
        var buffer = new byte[BufferBytes];
        while (file.Read(buffer) is > 0 and var read)
        {
            cancellation.ThrowIfCancellationRequested();
            whole.AppendData(buffer, 0, read);
        }

        return Digest.OfHash(whole.GetHashAndReset());
    }

    public ReadOnlySpan<byte> Of(int piece) => _sums.AsSpan(piece * SumBytes, SumBytes);

    public bool IsSame(PieceSums other) => _sums.AsSpan().SequenceEqual(other._sums);

    private static FileStream OpenBehindOthers(string path) => new(
        path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0,
        FileOptions.SequentialScan);
}

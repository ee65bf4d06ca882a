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

    /// <summary>What <see cref="ToFile"/> has written.</summary>
    /// <returns>Null when it is not, or of another size, as it may be after a loss of power.</returns>
    public static PieceSums? FromFile(byte[] content, long size)
    {
        // Those that earlier versions kept have no sum of their own: they were brought to the disk instead.
        if (content.Length < SumBytes || From(content, size) is not null) return From(content, size);
        var sums = content[..^SumBytes];
        return content.AsSpan(sums.Length).SequenceEqual(SHA256.HashData(sums)) ? From(sums, size) : null;
    }

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

    /// <summary>Reads a blob, and tells what it is.</summary>
    public static Digest ReadDigest(Stream blob, CancellationToken cancellation)
    {
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferBytes];
        while (blob.Read(buffer) is > 0 and var read)
        {
            cancellation.ThrowIfCancellationRequested();
            whole.AppendData(buffer, 0, read);
        }

        return Digest.OfHash(whole.GetHashAndReset());
    }

    /// <inheritdoc cref="ReadDigest(Stream, CancellationToken)"/>
    public static Digest ReadDigest(string path, CancellationToken cancellation)
    {
        using var file = OpenBehindOthers(path);
        return ReadDigest(file, cancellation);
    }

    /// <summary>All of them, and then the sha256 of that, by which one sees whether it is what was written.</summary>
    public byte[] ToFile() => [.. _sums, .. SHA256.HashData(_sums)];

    public ReadOnlySpan<byte> Of(int piece) => _sums.AsSpan(piece * SumBytes, SumBytes);

    public bool IsSame(PieceSums other) => _sums.AsSpan().SequenceEqual(other._sums);

    private static FileStream OpenBehindOthers(string path) => new(
        path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0,
        FileOptions.SequentialScan);
}

using System.Security.Cryptography;
using Swarm.Core.Images;

namespace Swarm.Images.Blobs;

/// <summary>A blob that lies in a scratch folder and is no part of the store yet.</summary>
internal sealed record StagedBlob(string Path, Digest Digest, long Size)
{
    /// <summary>Writes a file and hashes what is written.</summary>
    /// <param name="next">Gives the content piece by piece; empty after the last.</param>
    public static StagedBlob Write(string path, NextPiece next)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (var piece = next(); !piece.IsEmpty; piece = next())
        {
            file.Write(piece);
            hash.AppendData(piece);
        }

        return new StagedBlob(path, Digest.OfHash(hash.GetHashAndReset()), file.Length);
    }

    public static StagedBlob Write(string path, byte[] content)
    {
        File.WriteAllBytes(path, content);
        return new StagedBlob(path, Digest.Of(content), content.Length);
    }

    public delegate ReadOnlySpan<byte> NextPiece();
}

using System.Security.Cryptography;
using Swarm.Linux.Files;

namespace Swarm.Runtime.Nodes;

/// <summary>A file that is there whole or not at all, and that tells when its bytes are not what was written.</summary>
/// <remarks>A line naming the format, the SHA-256 of the content, the content.</remarks>
internal static class SealedFile
{
    private const string Aside = ".new";

    private static ReadOnlySpan<byte> Format => "swarm node 1\n"u8;

    /// <summary>Writes aside, and puts it in place; on the disk when this returns.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var aside = path + Aside;
        using (var handle = File.OpenHandle(aside, FileMode.Create, FileAccess.Write))
        {
            // Specifications may hold what is nobody else's to read.
            File.SetUnixFileMode(handle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            RandomAccess.Write(handle, Format, 0);
            RandomAccess.Write(handle, SHA256.HashData(content), Format.Length);
            RandomAccess.Write(handle, content, Format.Length + SHA256.HashSizeInBytes);
            RandomAccess.FlushToDisk(handle);
        }

        Durability.Replace(path, aside);
    }

    /// <exception cref="InvalidDataException">It is not such a file, or was cut or changed.</exception>
    public static byte[] Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        if (!bytes.AsSpan().StartsWith(Format))
            throw new InvalidDataException("it does not begin as a file of a Swarm node does");

        var hash = bytes.AsSpan(Format.Length);
        if (hash.Length < SHA256.HashSizeInBytes) throw new InvalidDataException("it is cut off");

        var content = hash[SHA256.HashSizeInBytes..];
        return SHA256.HashData(content).AsSpan().SequenceEqual(hash[..SHA256.HashSizeInBytes])
            ? content.ToArray()
            : throw new InvalidDataException("its checksum does not fit its content");
    }

    public static bool IsAside(string path) => path.EndsWith(Aside, StringComparison.Ordinal);
}

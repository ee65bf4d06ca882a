using System.Buffers.Binary;

namespace Swarm.Runtime.Bundles;

/// <summary>A program of the host that runs another one as its child, and waits for what nobody waits for.</summary>
/// <remarks>It runs among the container's files, so it must need none of the host's.</remarks>
internal static class InitProgram
{
    /// <summary>Where it is in the container, as with Docker.</summary>
    public const string Target = "/sbin/docker-init";

    private static readonly string[] Names = ["docker-init", "tini-static", "catatonit", "tini"];

    private static readonly string[] Folders =
        ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/libexec/docker", "/usr/libexec/podman", "/usr/libexec"];

    /// <returns>Null where the host has none.</returns>
    public static string? TryFind() => Names
        .SelectMany(name => Folders.Select(folder => Path.Join(folder, name)))
        .FirstOrDefault(path => File.Exists(path) && IsStatic(path));

    /// <exception cref="ContainerException">The host has none.</exception>
    public static string Find() => TryFind()
        ?? throw new ContainerException(
            ContainerFault.Host, "this host has no init program for containers: docker-init, tini-static or catatonit");

    /// <summary>Whether a program needs no loader: it has no segment that names one.</summary>
    /// <remarks><see href="https://man7.org/linux/man-pages/man5/elf.5.html">elf(5)</see>, of 64 bits, little-endian.
    /// </remarks>
    private static bool IsStatic(string path)
    {
        const int interpreter = 3;
        var beginning = new byte[4096];
        using var file = File.OpenRead(path);
        var length = file.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false);
        if (length < 64 || !beginning.AsSpan(0, 5).SequenceEqual("\u007fELF\u0002"u8)) return false;
        var at = BinaryPrimitives.ReadInt64LittleEndian(beginning.AsSpan(32));
        var size = BinaryPrimitives.ReadUInt16LittleEndian(beginning.AsSpan(54));
        var count = BinaryPrimitives.ReadUInt16LittleEndian(beginning.AsSpan(56));
        for (var i = 0; i < count; i++)
        {
            var entry = at + ((long)i * size);
            if (entry < 0 || entry + sizeof(int) > length) return false;
            if (BinaryPrimitives.ReadInt32LittleEndian(beginning.AsSpan((int)entry)) == interpreter) return false;
        }

        return true;
    }
}

using Swarm.Linux.Files;

namespace Swarm.Runtime.Making;

/// <summary>An empty file in each container's root, by which programs know that they run in a container: Docker makes
/// it, and they look for nothing else. It is no change of the container's.</summary>
internal static class ContainerMark
{
    public const string Path = "/.dockerenv";

    private const uint Mode = 0x1ed; // rwxr-xr-x

    private static ReadOnlySpan<byte> Name => ".dockerenv"u8;

    /// <param name="owner">Whose it shall be; null means root's.</param>
    public static void Make(string rootPath, (uint User, uint Group)? owner)
    {
        using var root = Folder.Open(rootPath);
        if (root.Status(Name) is not null) return;
        root.MakeFile(Name, Mode).Dispose();
        if (owner is var (user, group)) root.SetOwner(Name, user, group);
    }
}

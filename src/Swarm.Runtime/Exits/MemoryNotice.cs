using Swarm.Core;

namespace Swarm.Runtime.Exits;

/// <summary>The file that conmon makes, unless it is there, when the kernel kills one of a container's processes for
/// want of memory.</summary>
internal static class MemoryNotice
{
    public const string FileName = "oom";

    public static bool IsThere(EngineFolders folders, ContainerId id) => File.Exists(PathOf(folders, id));

    /// <exception cref="DirectoryNotFoundException">The container has no bundle.</exception>
    public static void Remove(EngineFolders folders, ContainerId id) => File.Delete(PathOf(folders, id));

    private static string PathOf(EngineFolders folders, ContainerId id) => Path.Join(folders.Bundle(id), FileName);
}

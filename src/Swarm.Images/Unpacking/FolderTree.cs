using Swarm.Linux;
using Swarm.Linux.Files;

namespace Swarm.Images.Unpacking;

/// <summary>Removes an entry and all below it, in place, as an overlay needs it: its folders
/// cannot be moved aside.</summary>
internal static class FolderTree
{
    // One descriptor each; no image that works comes near.
    private const int DepthMax = 1024;

    public static void Remove(Folder folder, ReadOnlySpan<byte> name) => Remove(folder, name, 0);

    private static void Remove(Folder folder, ReadOnlySpan<byte> name, int depth)
    {
        if (depth > DepthMax)
            throw new LinuxException("unlinkat", Errno.ELOOP, null, $"folders deeper than {DepthMax}");
        if (folder.Status(name) is not { } status) return;
        if (status.Kind != FileKind.Folder)
        {
            folder.RemoveFile(name);
            return;
        }

        if (folder.RemoveEmptyFolder(name)) return;

        using (var child = folder.Child(name) ?? throw new LinuxException("openat2", Errno.EBUSY))
        {
            foreach (var below in child.Names()) Remove(child, below, depth + 1);
        }

        folder.RemoveEmptyFolder(name);
    }
}

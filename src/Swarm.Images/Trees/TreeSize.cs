using Swarm.Linux.Files;

namespace Swarm.Images.Trees;

/// <summary>How many bytes the files of a tree have.</summary>
public static class TreeSize
{
    /// <summary>Longer paths can be made, but not be opened at once: what is there is not counted.</summary>
    private const int LongestPath = 4000;

    /// <remarks>A container may make a tree of any depth: neither the stack nor the descriptors grow with it.</remarks>
    public static long Of(Folder folder, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var linked = new HashSet<ulong>();
        var left = new Stack<byte[]>();
        var bytes = Count(folder, [], left, linked);
        while (left.TryPop(out var path))
        {
            cancellation.ThrowIfCancellationRequested();
            // It may be gone by now.
            using var below = folder.Child(path);
            if (below is not null) bytes += Count(below, path, left, linked);
        }

        return bytes;
    }

    private static long Count(Folder folder, byte[] path, Stack<byte[]> left, HashSet<ulong> linked)
    {
        var bytes = 0L;
        foreach (var name in folder.Names())
        {
            if (folder.Status(name) is not { } status) continue;
            if (status.Kind == FileKind.Regular && (status.Links == 1 || linked.Add(status.Inode)))
                bytes += status.Size;
            if (status.Kind != FileKind.Folder || path.Length + name.Length > LongestPath) continue;
            left.Push(path.Length == 0 ? name : [.. path, (byte)'/', .. name]);
        }

        return bytes;
    }
}

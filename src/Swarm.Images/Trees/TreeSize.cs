using Swarm.Linux.Files;

namespace Swarm.Images.Trees;

/// <summary>How many bytes the files of a tree have.</summary>
public static class TreeSize
{
    public static long Of(Folder folder, CancellationToken cancellation) => Of(folder, [], cancellation);

    private static long Of(Folder folder, HashSet<ulong> linked, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var bytes = 0L;
        foreach (var name in folder.Names())
        {
            if (folder.Status(name) is not { } status) continue;
            if (status.Kind == FileKind.Folder)
            {
                using var child = folder.Child(name);
                if (child is not null) bytes += Of(child, linked, cancellation);
            }
            else if (status.Kind == FileKind.Regular && (status.Links == 1 || linked.Add(status.Inode)))
            {
                bytes += status.Size;
            }
        }

        return bytes;
    }
}

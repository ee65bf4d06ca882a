using System.Runtime.InteropServices;
using System.Text;
using Swarm.Linux.Files;

namespace Swarm.Linux.Overlay;

/// <summary>A folder at which something may be mounted.</summary>
public static partial class MountPoint
{
    private const int NoFollow = 8;
    private const int Detach = 2;
    private const int StackedMax = 64;

    /// <summary>Whether a file system is mounted at this folder.</summary>
    /// <exception cref="LinuxException">ENOENT when the folder is missing.</exception>
    public static bool IsMounted(string path)
    {
        using var folder = Folder.Open(path);
        using var parent = Folder.Open(Path.Combine(path, ".."));
        return folder.Status().Device != parent.Status().Device;
    }

    /// <summary>Undoes all mounts at a folder, one on another; does nothing where nothing is
    /// mounted or no folder is.</summary>
    /// <remarks>
    /// A mount in use is taken out of the tree at once, and goes when its last user does:
    /// <see href="https://man7.org/linux/man-pages/man2/umount.2.html">umount2(2)</see>, MNT_DETACH.
    /// </remarks>
    /// <exception cref="LinuxException">EPERM.</exception>
    public static void Unmount(string path)
    {
        Span<byte> buffer = stackalloc byte[NulTerminated.PathBytes];
        var terminated = NulTerminated.In(buffer, Encoding.UTF8.GetBytes(path));
        for (var mounts = 0; mounts < StackedMax; mounts++)
        {
            if (umount2(in terminated[0], NoFollow) == 0) continue;

            var error = Marshal.GetLastPInvokeError();
            if (error == Errno.EBUSY && umount2(in terminated[0], NoFollow | Detach) == 0) continue;
            if (error is Errno.EINVAL or Errno.ENOENT or Errno.ENOTDIR) return;
            if (error is not Errno.EBUSY) throw new LinuxException("umount2", error, path);
        }

        throw new LinuxException("umount2", Errno.EBUSY, path);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int umount2(in byte path, int flags);
}

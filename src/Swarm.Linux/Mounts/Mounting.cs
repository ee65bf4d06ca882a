using System.Runtime.InteropServices;

namespace Swarm.Linux.Mounts;

/// <summary>Mounts and unmounts in the mount namespace of the calling thread.</summary>
/// <remarks>
/// <see href="https://man7.org/linux/man-pages/man2/mount.2.html">mount(2)</see>; needs CAP_SYS_ADMIN.
/// </remarks>
public static partial class Mounting
{
    private const ulong MS_NOSUID = 2;
    private const ulong MS_NODEV = 4;
    private const ulong MS_BIND = 4096;
    private const ulong MS_REC = 16384;
    private const ulong MS_PRIVATE = 1 << 18;
    private const ulong MS_SLAVE = 1 << 19;
    private const int MNT_DETACH = 2;
    private const int UMOUNT_NOFOLLOW = 8;

    /// <summary>Makes a file or folder appear at another one too.</summary>
    public static void Bind(string source, string target) =>
        SystemCall.Check(mount(source, target, null, MS_BIND, null), "mount --bind", target);

    /// <summary>As <see cref="Bind"/>, with what is mounted below the source.</summary>
    public static void BindAll(string source, string target) =>
        SystemCall.Check(mount(source, target, null, MS_BIND | MS_REC, null), "mount --rbind", target);

    /// <summary>
    /// What is mounted below a mount point stays in this namespace, and nothing from others comes in.
    /// </summary>
    public static void MakePrivate(string target) =>
        SystemCall.Check(mount(null, target, null, MS_PRIVATE, null), "mount --make-private", target);

    /// <summary>
    /// Mounts of the namespace before go on to appear here; what is mounted here does not appear there.
    /// </summary>
    public static void MakeAllSlave() =>
        SystemCall.Check(mount(null, "/", null, MS_REC | MS_SLAVE, null), "mount --make-rslave", "/");

    /// <param name="options">As <c>mode=0700,size=64m</c>.</param>
    public static void Tmpfs(string target, string options) =>
        SystemCall.Check(mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV, options), "mount tmpfs", target);

    /// <summary>Unmounts the topmost mount at the path.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="LinuxException">EBUSY while something is open below.</exception>
    public static bool Unmount(string target, bool detach = false)
    {
        if (umount2(target, UMOUNT_NOFOLLOW | (detach ? MNT_DETACH : 0)) == 0) return true;
        var refused = LinuxException.FromLastError("umount", target);
        // EINVAL is how the kernel says "not a mount point".
        return refused.Number is Errno.EINVAL or Errno.ENOENT ? false : throw refused;
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mount(string? source, string target, string? type, ulong flags, string? options);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int umount2(string target, int flags);
}

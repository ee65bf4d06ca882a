using System.Runtime.InteropServices;
using Swarm.Linux.Files;

namespace Swarm.Linux.Mounts;

/// <summary>A folder or file mounted once more, at no place yet: it lives in a descriptor, and what is mounted below it
/// is not seen.</summary>
/// <remarks>
/// <see href="https://man7.org/linux/man-pages/man2/open_tree.2.html">open_tree(2)</see>, Linux 5.2;
/// <see href="https://man7.org/linux/man-pages/man2/mount_setattr.2.html">mount_setattr(2)</see>, Linux 5.12.
/// </remarks>
internal static partial class DetachedMount
{
    private const nint OpenTree = 428;
    private const nint MountSetAttributes = 442;
    private const int OpenTreeClone = 1;
    private const ulong AttributeReadOnly = 1;
    private const ulong AttributeIdMap = 0x100000;
    private const nuint AttributesBytes = 32;

    /// <exception cref="LinuxException">ENOENT; EPERM without CAP_SYS_ADMIN; ENOSYS: the kernel is too old.</exception>
    public static FileDescriptor Of(string path) => new((int)SystemCall.Check(
        open_tree(OpenTree, OpenFlags.CurrentFolder, path, OpenTreeClone | OpenFlags.CloseOnExec), "open_tree", path));

    public static void MakeReadOnly(FileDescriptor mount, string subject) =>
        Set(mount, new MountAttributes { Set = AttributeReadOnly }, "mount_setattr rdonly", subject);

    /// <param name="users">A user namespace.</param>
    public static void MapOwners(FileDescriptor mount, FileDescriptor users, string subject) => Set(
        mount, new MountAttributes { Set = AttributeIdMap, Users = (ulong)users.DangerousGetHandle() },
        "mount_setattr idmap", subject);

    private static void Set(FileDescriptor mount, in MountAttributes attributes, string call, string subject)
    {
        var set = mount_setattr(MountSetAttributes, mount, "", OpenFlags.EmptyPathAt, in attributes, AttributesBytes);
        SystemCall.Check(set, call, subject);
    }

    /// <summary><c>struct mount_attr</c> of linux/mount.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct MountAttributes
    {
        public ulong Set;
        public ulong Clear;
        public ulong Propagation;
        public ulong Users;
    }

    [LibraryImport("libc", SetLastError = true, EntryPoint = "syscall", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint open_tree(nint number, int folder, string path, int flags);

    [LibraryImport("libc", SetLastError = true, EntryPoint = "syscall", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint mount_setattr(
        nint number, FileDescriptor mount, string path, uint flags, in MountAttributes attributes, nuint size);
}

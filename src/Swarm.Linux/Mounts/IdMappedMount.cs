using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Swarm.Linux.Files;
using Swarm.Linux.Users;

namespace Swarm.Linux.Mounts;

/// <summary>A folder seen once more at another place, with other owners: those on the disk are taken for ids of a user
/// namespace, and shown as the host's ids that these are.</summary>
/// <remarks>
/// <see href="https://docs.kernel.org/filesystems/idmappings.html"/>: mount_setattr(2) with MOUNT_ATTR_IDMAP, Linux
/// 5.12; below an overlay since 5.19. What is mounted below the folder is not seen.
/// An overlay works with its layers as the host's root, which must have an id in them, too. It gets one that no
/// container can have, <see cref="OfHost"/>; so whiteouts belong to it, on the disk.
/// </remarks>
public static partial class IdMappedMount
{
    /// <summary>Whose on the disk is what the host's root makes in such a mount without saying whose it shall be.
    /// </summary>
    public const uint OfHost = uint.MaxValue - 1;

    private static readonly ConcurrentDictionary<IdMap, Lazy<FileDescriptor>> Namespaces = new();

    /// <summary>Mounts it at a folder or file.</summary>
    /// <exception cref="LinuxException">EINVAL: the kernel, or the file system, cannot show other owners.</exception>
    public static void Attach(string source, string target, IdMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        using var mount = DetachedMount.Of(source);
        // Without a refusal being kept: the next time the host may have one to give.
        var users = Namespaces.GetOrAdd(map, one => new Lazy<FileDescriptor>(
            () => NamespaceOf(one), LazyThreadSafetyMode.PublicationOnly)).Value;
        DetachedMount.MapOwners(mount, users, source);
        var moved = move_mount(MoveMount, mount, "", OpenFlags.CurrentFolder, target, MoveFlags);
        SystemCall.Check(moved, "move_mount", target);
    }

    /// <remarks>Nobody is in it: it says what is to be shown, and no more.</remarks>
    private static FileDescriptor NamespaceOf(IdMap map)
    {
        var root = new IdRange(OfHost, 0, 1);
        using var holder = NamespaceHolder.Make(
            new IdMap(map.Users.Add(root), map.Groups.Add(root)), withNetwork: false);
        return Open(holder.PathOf("user"));
    }

    private static FileDescriptor Open(string path)
    {
        var opened = open(path, OpenFlags.CloseOnExec);
        return opened.IsInvalid ? throw LinuxException.FromLastError(nameof(open), path) : opened;
    }

    private const nint MoveMount = 429;

    // From the descriptor itself, to what a link leads to: a descriptor under /proc is one.
    private const uint MoveFlags = 4 | 0x10;

    [LibraryImport("libc", SetLastError = true, EntryPoint = "syscall", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint move_mount(
        nint number, FileDescriptor from, string fromPath, int to, string toPath, uint flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial FileDescriptor open(string path, int flags);
}

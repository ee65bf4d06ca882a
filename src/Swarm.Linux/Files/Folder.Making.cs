using System.Runtime.InteropServices;
using System.Text;

namespace Swarm.Linux.Files;

public sealed partial class Folder
{
    private const uint RenameNoReplace = 1;

    /// <summary>Makes a folder; the umask does not apply to what <see cref="SetMode"/> sets later.</summary>
    /// <returns>False when something of this name exists.</returns>
    public bool MakeFolder(ReadOnlySpan<byte> name, uint mode)
    {
        Span<byte> buffer = stackalloc byte[NulTerminated.NameBytes];
        if (mkdirat(descriptor, in NulTerminated.In(buffer, name)[0], mode) == 0) return true;

        var error = Marshal.GetLastPInvokeError();
        return error == Errno.EEXIST ? false : throw new LinuxException("mkdirat", error, NulTerminated.Show(name));
    }

    /// <summary>Makes a regular file and opens it for writing.</summary>
    /// <exception cref="LinuxException">EEXIST when something of this name exists, a symbolic link too.</exception>
    public NewFile MakeFile(ReadOnlySpan<byte> name, uint mode)
    {
        Span<byte> buffer = stackalloc byte[NulTerminated.NameBytes];
        var terminated = NulTerminated.In(buffer, name);
        var flags =
            OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.CloseOnExec | OpenFlags.NoFollow;
        FileDescriptor opened;
        do
        {
            opened = openat(descriptor, in terminated[0], flags, mode);
        }
        while (opened.IsInvalid && Marshal.GetLastPInvokeError() == Errno.EINTR);
        return opened.IsInvalid
            ? throw LinuxException.FromLastError("openat", NulTerminated.Show(name))
            : new NewFile(opened);
    }

    /// <param name="target">Stored as it is; the kernel judges it when it is followed.</param>
    public void MakeSymbolicLink(ReadOnlySpan<byte> name, ReadOnlySpan<byte> target)
    {
        Span<byte> buffer = stackalloc byte[NulTerminated.NameBytes];
        Span<byte> targetBuffer = stackalloc byte[NulTerminated.PathBytes];
        var made = symlinkat(
            in NulTerminated.In(targetBuffer, target)[0], descriptor, in NulTerminated.In(buffer, name)[0]);
        SystemCall.Check(made, "symlinkat", NulTerminated.Show(name));
    }

    /// <summary>Gives a second name to what <paramref name="existing"/> names, which may be a
    /// symbolic link itself.</summary>
    /// <returns>False when there is nothing of that name.</returns>
    public bool MakeHardLink(ReadOnlySpan<byte> name, Folder folder, ReadOnlySpan<byte> existing)
    {
        Span<byte> buffer = stackalloc byte[NulTerminated.NameBytes];
        Span<byte> existingBuffer = stackalloc byte[NulTerminated.NameBytes];
        var made = linkat(
            folder.Descriptor, in NulTerminated.In(existingBuffer, existing)[0],
            descriptor, in NulTerminated.In(buffer, name)[0], 0);
        if (made == 0) return true;

        var error = Marshal.GetLastPInvokeError();
        return error == Errno.ENOENT ? false : throw new LinuxException("linkat", error, NulTerminated.Show(name));
    }

    /// <summary>Makes a device or a fifo:
    /// <see href="https://man7.org/linux/man-pages/man2/mknod.2.html">mknodat(2)</see>.</summary>
    public void MakeNode(ReadOnlySpan<byte> name, FileKind kind, DeviceNumber device)
    {
        Span<byte> buffer = stackalloc byte[NulTerminated.NameBytes];
        var made = mknodat(descriptor, in NulTerminated.In(buffer, name)[0], (uint)kind, (nuint)device.Encoded);
        SystemCall.Check(made, "mknodat", NulTerminated.Show(name));
    }

    /// <summary>Moves an entry; what had the new name is replaced only by something of its kind.</summary>
    /// <returns>False when it may not replace and something has the new name.</returns>
    public bool Rename(ReadOnlySpan<byte> name, Folder to, ReadOnlySpan<byte> newName, bool mayReplace = false)
    {
        Span<byte> buffer = stackalloc byte[NulTerminated.NameBytes];
        Span<byte> newBuffer = stackalloc byte[NulTerminated.NameBytes];
        var moved = renameat2(
            descriptor, in NulTerminated.In(buffer, name)[0], to.Descriptor, in NulTerminated.In(newBuffer, newName)[0],
            mayReplace ? 0 : RenameNoReplace);
        if (moved == 0) return true;

        var error = Marshal.GetLastPInvokeError();
        return error == Errno.EEXIST && !mayReplace
            ? false
            : throw new LinuxException(
                "renameat2", error, $"{NulTerminated.Show(name)} to {NulTerminated.Show(newName)}");
    }

    /// <summary>As <see cref="Rename(ReadOnlySpan{byte}, Folder, ReadOnlySpan{byte}, bool)"/>,
    /// for names of our own.</summary>
    public bool Rename(string name, Folder to, string newName, bool mayReplace = false) =>
        Rename(Encoding.UTF8.GetBytes(name), to, Encoding.UTF8.GetBytes(newName), mayReplace);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int mkdirat(FileDescriptor fd, in byte name, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int symlinkat(in byte target, FileDescriptor fd, in byte name);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int linkat(
        FileDescriptor oldFd, in byte oldName, FileDescriptor newFd, in byte newName, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int mknodat(FileDescriptor fd, in byte name, uint mode, nuint device);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int renameat2(
        FileDescriptor oldFd, in byte oldName, FileDescriptor newFd, in byte newName, uint flags);
}

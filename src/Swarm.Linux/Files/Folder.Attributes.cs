using System.Buffers.Text;
using System.Runtime.InteropServices;

namespace Swarm.Linux.Files;

public sealed partial class Folder
{
    /// <summary>Changes the owner of an entry, of a symbolic link itself too.</summary>
    public void SetOwner(ReadOnlySpan<byte> name, uint userId, uint groupId)
    {
        Span<byte> buffer = stackalloc byte[NulTerminated.NameBytes];
        var set = fchownat(descriptor, in NulTerminated.In(buffer, name)[0], userId, groupId, OpenFlags.NoFollowAt);
        SystemCall.Check(set, "fchownat", NulTerminated.Show(name));
    }

    /// <summary>Changes the permissions of an entry that is known not to be a symbolic link: those have none.</summary>
    public void SetMode(ReadOnlySpan<byte> name, uint mode)
    {
        Span<byte> buffer = stackalloc byte[NulTerminated.NameBytes];
        SystemCall.Check(
            fchmodat(descriptor, in NulTerminated.In(buffer, name)[0], mode, 0), "fchmodat", NulTerminated.Show(name));
    }

    public void SetTimes(ReadOnlySpan<byte> name, FileTime accessed, FileTime modified)
    {
        Span<byte> buffer = stackalloc byte[NulTerminated.NameBytes];
        Span<FileTime> times = [accessed, modified];
        var set = utimensat(descriptor, in NulTerminated.In(buffer, name)[0], in times[0], OpenFlags.NoFollowAt);
        SystemCall.Check(set, "utimensat", NulTerminated.Show(name));
    }

    /// <summary>Sets an extended attribute of an entry, of a symbolic link itself too.</summary>
    /// <exception cref="LinuxException">EOPNOTSUPP, EPERM: not on this file system, or not on
    /// this kind of file.</exception>
    public void SetAttribute(ReadOnlySpan<byte> name, ReadOnlySpan<byte> attribute, ReadOnlySpan<byte> value)
    {
        Span<byte> path = stackalloc byte[NulTerminated.NameBytes + DescriptorPathBytes];
        Span<byte> buffer = stackalloc byte[NulTerminated.NameBytes];
        var set = lsetxattr(
            in PathOf(path, name)[0], in NulTerminated.In(buffer, attribute)[0],
            in MemoryMarshal.GetReference(value), (nuint)value.Length, 0);
        SystemCall.Check(set, "lsetxattr", NulTerminated.Show(name));
    }

    /// <returns>Null when it has no such attribute.</returns>
    public byte[]? Attribute(ReadOnlySpan<byte> name, ReadOnlySpan<byte> attribute)
    {
        Span<byte> path = stackalloc byte[NulTerminated.NameBytes + DescriptorPathBytes];
        Span<byte> buffer = stackalloc byte[NulTerminated.NameBytes];
        var value = new byte[64 * 1024]; // XATTR_SIZE_MAX
        var got = lgetxattr(
            in PathOf(path, name)[0], in NulTerminated.In(buffer, attribute)[0], ref value[0], (nuint)value.Length);
        if (got >= 0) return value[..(int)got];

        var error = Marshal.GetLastPInvokeError();
        return error is Errno.ENODATA or Errno.EOPNOTSUPP
            ? null
            : throw new LinuxException("lgetxattr", error, NulTerminated.Show(name));
    }

    private const int DescriptorPathBytes = 32;

    // The calls for attributes take no folder; this path leads through the one we hold, and
    // does not follow the last part.
    private ReadOnlySpan<byte> PathOf(Span<byte> buffer, ReadOnlySpan<byte> name)
    {
        var prefix = "/proc/self/fd/"u8;
        prefix.CopyTo(buffer);
        Utf8Formatter.TryFormat((int)descriptor.DangerousGetHandle(), buffer[prefix.Length..], out var digits);
        var length = prefix.Length + digits;
        buffer[length++] = (byte)'/';
        NulTerminated.In(buffer[length..], name);
        return buffer;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchownat(FileDescriptor fd, in byte name, uint user, uint group, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchmodat(FileDescriptor fd, in byte name, uint mode, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int utimensat(FileDescriptor fd, in byte name, in FileTime times, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int lsetxattr(in byte path, in byte name, in byte value, nuint size, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint lgetxattr(in byte path, in byte name, ref byte value, nuint size);
}

using System.Runtime.InteropServices;

namespace Swarm.Linux.Files;

/// <summary>A regular file that was just made and is being written.</summary>
public sealed partial class NewFile(FileDescriptor descriptor) : IDisposable
{
    /// <exception cref="LinuxException">ENOSPC, EDQUOT, EIO: the file holds only a part.</exception>
    public void Write(ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty)
        {
            var written = write(descriptor, in content[0], (nuint)content.Length);
            if (SystemCall.WasInterrupted(written)) continue;

            content = content[(int)SystemCall.Check(written, "write")..];
        }
    }

    /// <remarks>Clears set-user-id and file capabilities, so it comes before both.</remarks>
    public void SetOwner(uint userId, uint groupId) => SystemCall.Check(fchown(descriptor, userId, groupId), "fchown");

    public void SetMode(uint mode) => SystemCall.Check(fchmod(descriptor, mode), "fchmod");

    public void SetTimes(FileTime accessed, FileTime modified)
    {
        Span<FileTime> times = [accessed, modified];
        SystemCall.Check(futimens(descriptor, in times[0]), "futimens");
    }

    /// <exception cref="LinuxException">EOPNOTSUPP where the file system has none.</exception>
    public void SetAttribute(ReadOnlySpan<byte> attribute, ReadOnlySpan<byte> value)
    {
        Span<byte> buffer = stackalloc byte[NulTerminated.NameBytes];
        var set = fsetxattr(
            descriptor, in NulTerminated.In(buffer, attribute)[0], in MemoryMarshal.GetReference(value),
            (nuint)value.Length, 0);
        SystemCall.Check(set, "fsetxattr", NulTerminated.Show(attribute));
    }

    public void Dispose() => descriptor.Dispose();

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(FileDescriptor fd, in byte content, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchown(FileDescriptor fd, uint user, uint group);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchmod(FileDescriptor fd, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int futimens(FileDescriptor fd, in FileTime times);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsetxattr(FileDescriptor fd, in byte name, in byte value, nuint size, int flags);
}

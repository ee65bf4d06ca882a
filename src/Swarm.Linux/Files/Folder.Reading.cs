using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Swarm.Linux.Files;

public sealed partial class Folder
{
    /// <summary>Opens a regular file for reading: itself, and not what it links to.</summary>
    /// <exception cref="LinuxException">ENOENT; ELOOP for a symbolic link.</exception>
    public FileStream OpenFile(ReadOnlySpan<byte> name)
    {
        Span<byte> buffer = stackalloc byte[NulTerminated.NameBytes];
        var terminated = NulTerminated.In(buffer, name);
        // Whoever put a fifo in its place shall not keep us waiting.
        var flags = OpenFlags.NoFollow | OpenFlags.CloseOnExec | OpenFlags.NonBlocking;
        using var opened = openat(descriptor, in terminated[0], flags, 0);
        if (opened.IsInvalid) throw LinuxException.FromLastError("openat", NulTerminated.Show(name));
        var file = new SafeFileHandle(opened.DangerousGetHandle(), ownsHandle: true);
        opened.SetHandleAsInvalid();
        return new FileStream(file, FileAccess.Read, bufferSize: 0);
    }

    /// <summary>What a symbolic link says.</summary>
    /// <exception cref="LinuxException">ENOENT; EINVAL for anything else.</exception>
    public byte[] LinkTarget(ReadOnlySpan<byte> name)
    {
        Span<byte> buffer = stackalloc byte[NulTerminated.NameBytes];
        var target = new byte[NulTerminated.PathBytes];
        var length = readlinkat(
            descriptor, in NulTerminated.In(buffer, name)[0], ref target[0], (nuint)target.Length);
        return target[..(int)SystemCall.Check(length, "readlinkat", NulTerminated.Show(name))];
    }

    /// <summary>As <see cref="Child"/>, where another file system may be mounted at the name.</summary>
    public Folder? ChildOrMounted(ReadOnlySpan<byte> name) =>
        Resolve(name, ResolveBeneath | ResolveNoSymlinks | ResolveNoMagicLinks);

    /// <summary>Holds what a path leads to as a process would find it whose root this folder is, file or folder.
    /// </summary>
    /// <returns>Null when there is nothing.</returns>
    public unsafe FileDescriptor? OpenAny(ReadOnlySpan<byte> path)
    {
        Span<byte> buffer = stackalloc byte[NulTerminated.PathBytes];
        var terminated = NulTerminated.In(buffer, path);
        var request = new OpenHow(
            (ulong)(OpenFlags.PathOnly | OpenFlags.CloseOnExec), 0, ResolveInRoot | ResolveNoMagicLinks);
        while (true)
        {
            var opened = openat2(OpenAt2, descriptor, in terminated[0], in request, sizeof(OpenHow));
            if (opened >= 0) return new FileDescriptor((int)opened);
            switch (Marshal.GetLastPInvokeError())
            {
                case Errno.EAGAIN or Errno.EINTR: continue;
                case Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP: return null;
                case var error: throw new LinuxException("openat2", error, NulTerminated.Show(path));
            }
        }
    }

    /// <summary>Where a path leads as a process would find it whose root this folder is.</summary>
    /// <returns>A path of the calling thread's; null when there is nothing.</returns>
    public string? PathOf(ReadOnlySpan<byte> path)
    {
        using var found = OpenAny(path);
        return found is null ? null : new FileInfo($"/proc/thread-self/fd/{found.DangerousGetHandle()}").LinkTarget;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint readlinkat(FileDescriptor fd, in byte name, ref byte buffer, nuint size);
}

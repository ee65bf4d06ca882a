using System.Runtime.InteropServices;
using System.Text;

namespace Swarm.Linux.Files;

/// <summary>A folder held by its descriptor, so that no rename or symbolic link can move what
/// is done in it elsewhere.</summary>
/// <remarks>Names are bytes without a zero byte. Nothing here follows a symbolic link in the last component.</remarks>
public sealed partial class Folder(FileDescriptor descriptor) : IDisposable
{
    private const nint OpenAt2 = 437;

    /// <summary>The descriptor; it stays this folder's.</summary>
    public FileDescriptor Descriptor => descriptor;

    /// <exception cref="LinuxException">ENOENT, ENOTDIR, EACCES.</exception>
    public static Folder Open(string path)
    {
        Span<byte> buffer = stackalloc byte[NulTerminated.PathBytes];
        var terminated = NulTerminated.In(buffer, Encoding.UTF8.GetBytes(path));
        var flags = OpenFlags.PathOnly | OpenFlags.Folder | OpenFlags.CloseOnExec;
        var opened = openat_from_here(OpenFlags.CurrentFolder, in terminated[0], flags, 0);
        return opened.IsInvalid ? throw LinuxException.FromLastError("openat", path) : new Folder(opened);
    }

    /// <summary>Finds a folder below this one as a process would whose root this folder is.</summary>
    /// <remarks>
    /// Symbolic links are followed, but neither they nor <c>..</c> lead out:
    /// <see href="https://man7.org/linux/man-pages/man2/openat2.2.html">openat2(2)</see>, Linux 5.6, RESOLVE_IN_ROOT.
    /// </remarks>
    /// <returns>Null when a part of the path is missing or is no folder.</returns>
    /// <exception cref="LinuxException">ENAMETOOLONG, ELOOP, EMFILE.</exception>
    public Folder? Resolve(ReadOnlySpan<byte> path) => Resolve(path, ResolveInRoot | ResolveNoMagicLinks);

    /// <summary>The direct child of this name, itself and not what it links to.</summary>
    /// <returns>Null when there is none, it is no folder, or another file system is mounted there.</returns>
    public Folder? Child(ReadOnlySpan<byte> name) =>
        Resolve(name, ResolveBeneath | ResolveNoSymlinks | ResolveNoMagicLinks | ResolveNoCrossing);

    /// <returns>Null when there is nothing of this name.</returns>
    public FileStatus? Status(ReadOnlySpan<byte> name)
    {
        Span<byte> buffer = stackalloc byte[NulTerminated.NameBytes];
        var terminated = NulTerminated.In(buffer, name);
        var found = statx(descriptor, in terminated[0], OpenFlags.NoFollowAt, StatxBuffer.BasicMask, out var status);
        if (found == 0) return status.ToStatus();

        var error = Marshal.GetLastPInvokeError();
        return error == Errno.ENOENT ? null : throw new LinuxException("statx", error, NulTerminated.Show(name));
    }

    /// <summary>The status of this folder itself.</summary>
    public FileStatus Status()
    {
        var found = statx(descriptor, 0, OpenFlags.EmptyPathAt, StatxBuffer.BasicMask, out var status);
        SystemCall.Check(found, "statx");
        return status.ToStatus();
    }

    public void Dispose() => descriptor.Dispose();

    private unsafe Folder? Resolve(ReadOnlySpan<byte> path, ulong how)
    {
        Span<byte> buffer = stackalloc byte[NulTerminated.PathBytes];
        var terminated = NulTerminated.In(buffer, path);
        var request = new OpenHow((ulong)(OpenFlags.PathOnly | OpenFlags.Folder | OpenFlags.CloseOnExec), 0, how);
        while (true)
        {
            var opened = openat2(OpenAt2, descriptor, in terminated[0], in request, sizeof(OpenHow));
            if (opened >= 0) return new Folder(new FileDescriptor((int)opened));

            switch (Marshal.GetLastPInvokeError())
            {
                // EAGAIN: something was renamed meanwhile, so that the kernel cannot vouch for the way.
                case Errno.EAGAIN or Errno.EINTR: continue;
                case Errno.ENOENT or Errno.ENOTDIR: return null;
                case Errno.ELOOP or Errno.EXDEV when (how & ResolveNoSymlinks) != 0: return null;
                case var error: throw new LinuxException("openat2", error, NulTerminated.Show(path));
            }
        }
    }

    private const ulong ResolveNoCrossing = 0x01;
    private const ulong ResolveNoMagicLinks = 0x02;
    private const ulong ResolveNoSymlinks = 0x04;
    private const ulong ResolveBeneath = 0x08;
    private const ulong ResolveInRoot = 0x10;

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct OpenHow(ulong Flags, ulong Mode, ulong Resolve);

    [LibraryImport("libc", SetLastError = true, EntryPoint = "openat")]
    private static partial FileDescriptor openat_from_here(int fd, in byte path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial FileDescriptor openat(FileDescriptor fd, in byte path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true, EntryPoint = "syscall")]
    private static partial nint openat2(nint number, FileDescriptor fd, in byte path, in OpenHow how, nint size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int statx(FileDescriptor fd, in byte path, int flags, uint mask, out StatxBuffer status);
}

using System.Runtime.InteropServices;

namespace Swarm.Linux;

/// <summary>A descriptor of this process, closed exactly once.</summary>
/// <remarks>Whoever opens one passes the close-on-exec flag; nothing here is meant to be inherited.</remarks>
public sealed partial class FileDescriptor : SafeHandle
{
    private const int F_DUPFD_CLOEXEC = 1030;

    public FileDescriptor()
        : base(-1, ownsHandle: true)
    {
    }

    public FileDescriptor(int descriptor)
        : base(-1, ownsHandle: true) => SetHandle(descriptor);

    /// <summary>Another descriptor of the same file, pipe or socket.</summary>
    /// <remarks><see href="https://man7.org/linux/man-pages/man2/F_DUPFD.2const.html">F_DUPFD_CLOEXEC</see>.</remarks>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    /// <exception cref="LinuxException">EMFILE when out of descriptors.</exception>
    public static FileDescriptor Duplicate(SafeHandle descriptor)
    {
        var opened = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
        return opened.IsInvalid ? throw LinuxException.FromLastError("fcntl F_DUPFD_CLOEXEC") : opened;
    }

    /// <inheritdoc/>
    // A C int comes back in the lower half of the register and the upper half is anything: -1 need not be -1 as a nint.
    public override bool IsInvalid => (int)handle < 0;

    /// <inheritdoc/>
    // close(2) frees the descriptor even when it is interrupted: trying again could close somebody else's.
    protected override bool ReleaseHandle() => close((int)handle) == 0;

    [LibraryImport("libc")]
    private static partial int close(int fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial FileDescriptor fcntl(SafeHandle fd, int command, int argument);
}

using System.Runtime.InteropServices;

namespace Swarm.Linux;

/// <summary>A descriptor of this process, closed exactly once.</summary>
/// <remarks>Whoever opens one passes the close-on-exec flag; nothing here is meant to be inherited.</remarks>
public sealed partial class FileDescriptor : SafeHandle
{
    public FileDescriptor()
        : base(-1, ownsHandle: true)
    {
    }

    public FileDescriptor(int descriptor)
        : base(-1, ownsHandle: true) => SetHandle(descriptor);

    /// <inheritdoc/>
    // A C int comes back in the lower half of the register and the upper half is anything: -1 need not be -1 as a nint.
    public override bool IsInvalid => (int)handle < 0;

    /// <inheritdoc/>
    // close(2) frees the descriptor even when it is interrupted: trying again could close somebody else's.
    protected override bool ReleaseHandle() => close((int)handle) == 0;

    [LibraryImport("libc")]
    private static partial int close(int fd);
}

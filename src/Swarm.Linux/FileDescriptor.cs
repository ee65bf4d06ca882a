using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Swarm.Linux;

/// <summary>A descriptor of this process, closed exactly once.</summary>
/// <remarks>Whoever opens one passes the close-on-exec flag; nothing here is meant to be inherited.</remarks>
public sealed partial class FileDescriptor : SafeHandleMinusOneIsInvalid
{
    public FileDescriptor()
        : base(ownsHandle: true)
    {
    }

    public FileDescriptor(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <inheritdoc/>
    // close(2) frees the descriptor even when it is interrupted: trying again could close somebody else's.
    protected override bool ReleaseHandle() => close((int)handle) == 0;

    [LibraryImport("libc")]
    private static partial int close(int fd);
}

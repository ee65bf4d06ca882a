using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Swarm.Linux.Networking;

/// <summary>A connection whose both ends are on this host: of it one end learns what the other has read.</summary>
/// <remarks><see href="https://man7.org/linux/man-pages/man7/unix.7.html">unix(7)</see>.</remarks>
public static partial class LocalSocket
{
    /// <summary>Whether the other end has read all that was sent to it, or is closed.</summary>
    /// <param name="socket">A stream socket of the family AF_UNIX.</param>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    /// <exception cref="LinuxException">It is no socket.</exception>
    public static unsafe bool IsAllRead(SafeSocketHandle socket)
    {
        // Nobody but its reader takes bytes off the account; what is counted is memory, and 0 means none of it.
        int unread;
        SystemCall.Check(ioctl(socket, Uapi.SIOCOUTQ, &unread), "ioctl SIOCOUTQ");
        return unread == 0;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int ioctl(SafeHandle fd, nuint request, int* value);
}

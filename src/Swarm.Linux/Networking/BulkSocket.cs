using System.Net.Sockets;

namespace Swarm.Linux.Networking;

/// <summary>Marks what a connection sends as bulk, which all else may overtake.</summary>
/// <remarks>
/// <see href="https://man7.org/linux/man-pages/man7/ip.7.html">ip(7)</see>,
/// <see href="https://man7.org/linux/man-pages/man7/socket.7.html">socket(7)</see>. The packets carry the code point
/// CS1 (<see href="https://www.rfc-editor.org/rfc/rfc3662">RFC 3662</see>), for switches and for queues that look into
/// them. Those of this host go by the priority of the socket, which does not follow from it.
/// </remarks>
public static class BulkSocket
{
    /// <returns>False where the socket is closed.</returns>
    public static bool Mark(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        try
        {
            // One of version 6 may send packets of version 4. This sets the priority, too: to that of all others.
            Set(socket, Uapi.SOL_IP, Uapi.IP_TOS, Uapi.IPTOS_CLASS_CS1);
            if (socket.AddressFamily == AddressFamily.InterNetworkV6)
                Set(socket, Uapi.SOL_IPV6, Uapi.IPV6_TCLASS, Uapi.IPTOS_CLASS_CS1);
            Set(socket, Uapi.SOL_SOCKET, Uapi.SO_PRIORITY, Uapi.TC_PRIO_BULK);
            return true;
        }
        catch (Exception closed) when (closed is ObjectDisposedException or SocketException)
        {
            return false;
        }
    }

    private static void Set(Socket socket, int level, int option, int value) =>
        socket.SetRawSocketOption(level, option, BitConverter.GetBytes(value));
}

using System.Net.Sockets;
using System.Text;

namespace Swarm.Daemon.Host;

/// <summary>Tells systemd that the daemon is ready or stops, where systemd has asked for it.</summary>
/// <remarks><see href="https://man7.org/linux/man-pages/man3/sd_notify.3.html">sd_notify(3)</see>.</remarks>
internal static class ServiceSupervisor
{
    public static void Tell(string state)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 1 } address) return;

        // A name that begins with @ is of the abstract kind, which begins with a zero byte.
        var endPoint = new UnixDomainSocketEndPoint(address[0] == '@' ? "\0" + address[1..] : address);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.SendTo(Encoding.UTF8.GetBytes(state), endPoint);
    }
}

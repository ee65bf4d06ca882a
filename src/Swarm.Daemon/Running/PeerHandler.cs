using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Swarm.Linux.Networking;
using Swarm.Wire.Security;

namespace Swarm.Daemon.Running;

/// <summary>How this node speaks HTTP with others: it shows its certificate, and takes for a node only who shows one
/// of this cluster's that is made for the address that was dialled. What it sends gives way to all else.</summary>
internal static class PeerHandler
{
    private static readonly TimeSpan ConnectMax = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan IdleMax = TimeSpan.FromSeconds(30);

    /// <param name="identity">Null: in the clear, to nodes of this host.</param>
    public static SocketsHttpHandler Create(TlsIdentity? identity)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false, // nodes reach each other
            ConnectTimeout = ConnectMax,
            PooledConnectionIdleTimeout = IdleMax,
            ConnectCallback = (context, cancellation) => ConnectAsync(context.DnsEndPoint, cancellation),
        };
        if (identity is not null) handler.SslOptions = Secure(identity);
        return handler;
    }

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint to, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            BulkSocket.Mark(socket);
            await socket.ConnectAsync(to, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SslClientAuthenticationOptions Secure(TlsIdentity identity) => new()
    {
        ClientCertificateContext = SslStreamCertificateContext.Create(identity.Own, identity.Between),
        RemoteCertificateValidationCallback = (stream, peer, chain, _) =>
            stream is SslStream { TargetHostName: { Length: > 0 } name }
            && identity.FindFault(peer as X509Certificate2, chain, PeerRole.Server, name) is null,
    };
}

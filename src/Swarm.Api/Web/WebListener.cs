using System.Net;
using System.Net.Sockets;

namespace Swarm.Api.Web;

/// <summary>The TCP port of a node's HTTP server: taken before anybody is told of it, and served later.</summary>
public sealed class WebListener : IDisposable
{
    private const int BacklogMax = 512;

    private WebListener(Socket socket, WebOptions options)
    {
        Socket = socket;
        var host = options.Hostname.Contains(':', StringComparison.Ordinal) && !options.Hostname.StartsWith('[')
            ? $"[{options.Hostname}]"
            : options.Hostname;
        Address = new Uri($"{(options.Tls is null ? Uri.UriSchemeHttp : Uri.UriSchemeHttps)}://{host}:{EndPoint.Port}");
    }

    /// <summary>Where other nodes reach it; with the port that was taken.</summary>
    public Uri Address { get; }

    internal Socket Socket { get; }

    internal IPEndPoint EndPoint => (IPEndPoint)Socket.LocalEndPoint!;

    /// <exception cref="WebStartException">The port is not to be had.</exception>
    public static WebListener Open(WebOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Socket? socket = null;
        try
        {
            var address = IPAddress.TryParse(options.BindAddress.Trim('[', ']'), out var parsed)
                ? parsed
                : Dns.GetHostAddresses(options.BindAddress)[0];
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, options.Port));
            socket.Listen(BacklogMax); // of two that are bound to one port, only one can
            return new WebListener(socket, options);
        }
        catch (SocketException refused)
        {
            socket?.Dispose();
            throw new WebStartException(
                $"could not listen on {options.BindAddress}:{options.Port} for HTTP: {refused.Message} "
                + "(swarm.http.bind-address and swarm.http.port; swarm.http.enabled = off does without)",
                refused);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Socket.Dispose();
}

/// <summary>The HTTP server cannot be started; the message says why.</summary>
public sealed class WebStartException(string message, Exception? cause = null) : Exception(message, cause);

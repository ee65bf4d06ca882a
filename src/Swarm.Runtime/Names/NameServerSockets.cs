using System.Net;
using System.Net.Sockets;

namespace Swarm.Runtime.Names;

/// <summary>The two sockets of a container's name server, with the same port.</summary>
internal sealed record NameServerSockets(Socket Datagrams, Socket Connections, int Port) : IDisposable
{
    private const int Backlog = 16;

    /// <summary>Binds them in the namespace of the calling thread.</summary>
    /// <param name="port">0 takes any that is free for both.</param>
    /// <exception cref="SocketException">The port is taken.</exception>
    internal static NameServerSockets Bind(int port)
    {
        var address = IPAddress.Parse(NameServer.Address);
        var datagrams = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var connections = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            datagrams.Bind(new IPEndPoint(address, port));
            var bound = ((IPEndPoint)datagrams.LocalEndPoint!).Port;
            connections.Bind(new IPEndPoint(address, bound));
            connections.Listen(Backlog);
            return new NameServerSockets(datagrams, connections, bound);
        }
        catch
        {
            datagrams.Dispose();
            connections.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Datagrams.Dispose();
        Connections.Dispose();
    }
}

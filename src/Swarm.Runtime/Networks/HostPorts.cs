using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Networks;

/// <summary>The ports of the host that are ours, each held by a socket so that no other program takes it.</summary>
/// <remarks>
/// Traffic never reaches these sockets: the packet filter leads it on. Where it has nowhere to lead, they refuse.
/// Only for the network thread: a socket belongs to the network namespace of the thread that makes it.
/// </remarks>
internal sealed class HostPorts(int firstDynamic, int lastDynamic) : IDisposable
{
    private const int SolSocket = 1;
    private const int SoReuseAddress = 2;

    private readonly Dictionary<HostPort, (Socket Socket, string Owner)> _held = [];
    private int _lastGiven;

    internal readonly record struct HostPort(string Address, int Number, PortProtocol Protocol)
    {
        public override string ToString() =>
            (Address.Length == 0 ? "" : Address + ":") + $"{Number}/{(Protocol == PortProtocol.Udp ? "udp" : "tcp")}";
    }

    /// <param name="owner">Words for whoever else asks for the port.</param>
    /// <returns>Why it could not be had; null when it is held.</returns>
    internal string? TryHold(HostPort port, string owner)
    {
        var rival = _held.FirstOrDefault(held =>
            held.Key.Number == port.Number && held.Key.Protocol == port.Protocol
            && (held.Key.Address == port.Address || held.Key.Address.Length == 0 || port.Address.Length == 0));
        if (rival.Value.Owner is not null) return Taken(port, rival.Value.Owner);

        try
        {
            _held.Add(port, (Bind(port), owner));
            return null;
        }
        catch (SocketException refused)
        {
            return refused.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => Taken(port, "another program of this host"),
                SocketError.AddressNotAvailable => $"host port {port}: {port.Address} is no address of this host",
                _ => $"host port {port} cannot be had: {refused.Message}",
            };
        }
    }

    // Clients look for the first words.
    private static string Taken(HostPort port, string owner) =>
        $"port is already allocated: host port {port} is taken by {owner}";

    /// <summary>Holds the next free port of the dynamic range.</summary>
    /// <returns>The port; null when all are taken.</returns>
    internal HostPort? TryHoldAny(string address, PortProtocol protocol, string owner)
    {
        for (var tried = firstDynamic; tried <= lastDynamic; tried++)
        {
            _lastGiven = _lastGiven >= firstDynamic && _lastGiven < lastDynamic ? _lastGiven + 1 : firstDynamic;
            var port = new HostPort(address, _lastGiven, protocol);
            if (TryHold(port, owner) is null) return port;
        }

        return null;
    }

    internal void Release(HostPort port)
    {
        if (_held.Remove(port, out var held)) held.Socket.Dispose();
    }

    public void Dispose()
    {
        foreach (var held in _held.Values) held.Socket.Dispose();
        _held.Clear();
    }

    private static Socket Bind(HostPort port)
    {
        var (kind, protocol) = port.Protocol == PortProtocol.Udp
            ? (SocketType.Dgram, ProtocolType.Udp)
            : (SocketType.Stream, ProtocolType.Tcp);
        var socket = new Socket(AddressFamily.InterNetwork, kind, protocol);
        try
        {
            var address = port.Address.Length == 0 ? IPAddress.Any : IPAddress.Parse(port.Address);
            if (kind == SocketType.Stream) BindWithoutListening(socket, new IPEndPoint(address, port.Number));
            else socket.Bind(new IPEndPoint(address, port.Number));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Takes the port past connections that are still closing, and keeps it without answering on it.</summary>
    /// <remarks>
    /// SO_REUSEADDR lets it pass sockets in TIME_WAIT; listening makes the kernel look for other listeners; without
    /// the option
    /// afterwards nobody else passes us; shut down, it answers as if nothing were there. socket(7), tcp(7).
    /// </remarks>
    private static void BindWithoutListening(Socket socket, IPEndPoint at)
    {
        SetReuse(socket, 1);
        socket.Bind(at);
        socket.Listen(1);
        SetReuse(socket, 0);
        socket.Shutdown(SocketShutdown.Receive);
    }

    private static void SetReuse(Socket socket, int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        socket.SetRawSocketOption(SolSocket, SoReuseAddress, bytes);
    }
}

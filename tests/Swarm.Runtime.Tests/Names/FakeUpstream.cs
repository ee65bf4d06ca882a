using System.Net;
using System.Net.Sockets;
using Swarm.Runtime.Names;
using Swarm.Runtime.Tests.Networks;

namespace Swarm.Runtime.Tests.Names;

/// <summary>A name server somewhere, that answers what a test says, by UDP and by TCP.</summary>
internal sealed class FakeUpstream : IAsyncDisposable
{
    private readonly Func<NameQuery, bool, byte[]?> _answer;
    private readonly Socket _datagrams;
    private readonly TcpListener _connections;
    private readonly Task[] _serving;
    private int _asked;

    /// <param name="place">The network namespace that it is in.</param>
    /// <param name="answer">To a question, by datagram or not; null keeps silent.</param>
    internal FakeUpstream(string place, IPAddress address, Func<NameQuery, bool, byte[]?> answer)
    {
        _answer = answer;
        (_datagrams, _connections) = TestHost.In(place, () =>
        {
            var datagrams = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            datagrams.Bind(new IPEndPoint(address, UpstreamServer.Port));
            var connections = new TcpListener(address, UpstreamServer.Port);
            connections.Start();
            return (datagrams, connections);
        });
        _serving = [DatagramsAsync(), ConnectionsAsync()];
    }

    internal int Asked => Volatile.Read(ref _asked);

    /// <summary>One address for every name.</summary>
    internal static byte[] Say(NameQuery query, string address) => ReplyWriter.Write(
        query, new NameAnswer.Addresses([IPAddress.Parse(address)]), MessageFormat.LargestDatagram);

    public async ValueTask DisposeAsync()
    {
        _datagrams.Dispose();
        _connections.Dispose();
        await Task.WhenAll(_serving);
    }

    private byte[]? Answer(byte[] message, bool byDatagram)
    {
        Interlocked.Increment(ref _asked);
        return _answer(Messages.Understood(message), byDatagram);
    }

    private async Task DatagramsAsync()
    {
        try
        {
            var buffer = new byte[4096];
            while (true)
            {
                var got = await _datagrams.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                if (Answer(buffer[..got.ReceivedBytes], byDatagram: true) is { } reply)
                    await _datagrams.SendToAsync(reply, got.RemoteEndPoint);
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ConnectionsAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _connections.AcceptTcpClientAsync();
                var message = await MessageStream.ReadAsync(client.GetStream(), 4096, default);
                if (message is not null && Answer(message, byDatagram: false) is { } reply)
                    await MessageStream.WriteAsync(client.GetStream(), reply, default);
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException or IOException)
        {
        }
    }
}

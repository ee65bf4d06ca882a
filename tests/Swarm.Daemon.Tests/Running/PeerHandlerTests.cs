using System.Net;
using System.Net.Sockets;
using Swarm.Daemon.Running;

namespace Swarm.Daemon.Tests.Running;

public sealed class PeerHandlerTests
{
    [Fact]
    public async Task What_this_node_sends_to_others_is_marked_as_bulk()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var handler = PeerHandler.Create(identity: null);
        using var client = new HttpClient(handler, disposeHandler: false);
        using var stop = new CancellationTokenSource();
        var asking = client.GetAsync(new Uri($"http://{listener.LocalEndpoint}/"), stop.Token);
        using var accepted = await listener.AcceptSocketAsync(stop.Token);

        using var own = OwnSocket(((IPEndPoint)accepted.RemoteEndPoint!).Port);

        Assert.Equal(8 << 2, Read(own, level: 0, option: 1)); // CS1 as IP_TOS
        Assert.Equal(2, Read(own, level: 1, option: 12)); // TC_PRIO_BULK as SO_PRIORITY
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    [Fact]
    public async Task Where_nobody_listens_it_is_said()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var address = new Uri($"http://{closed.LocalEndpoint}/");
        closed.Stop();
        using var handler = PeerHandler.Create(identity: null);
        using var client = new HttpClient(handler, disposeHandler: false);

        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(address));

        Assert.Equal(HttpRequestError.ConnectionError, refused.HttpRequestError);
    }

    /// <summary>The socket of this process that has a port of its own.</summary>
    private static Socket OwnSocket(int port) => Directory.EnumerateFileSystemEntries("/proc/self/fd")
        .Where(path => new FileInfo(path).LinkTarget is { } target
            && target.StartsWith("socket:", StringComparison.Ordinal))
        .Select(path => new Socket(new SafeSocketHandle(int.Parse(Path.GetFileName(path)), ownsHandle: false)))
        .First(socket => socket.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6
            && (socket.LocalEndPoint as IPEndPoint)?.Port == port);

    private static int Read(Socket socket, int level, int option)
    {
        var value = new byte[sizeof(int)];
        socket.GetRawSocketOption(level, option, value);
        return BitConverter.ToInt32(value);
    }
}

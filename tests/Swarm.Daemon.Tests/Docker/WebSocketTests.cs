using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Swarm.Daemon.Tests.Services;

namespace Swarm.Daemon.Tests.Docker;

/// <summary>Streams of a container over a WebSocket, as some of Docker's libraries ask for them.</summary>
public sealed class WebSocketTests(SharedNode shared) : IClassFixture<SharedNode>
{
    private readonly DockerClient _docker = new(shared.Node.Daemon.Socket);

    [Fact]
    public async Task What_came_before_and_what_is_answered_come_in_messages_until_the_program_ends()
    {
        await _docker.DoAsync(
            "run", "-d", "-i", "--name", "socket", "box", "sh", "-c", "echo before; read line; echo got $line");
        await shared.Node.UntilAsync(
            async () => await _docker.DoAsync("logs", "socket") == "before", () => "nothing was logged");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var socket = new ClientWebSocket();
        using var handler = new SocketsHttpHandler { ConnectCallback = ConnectAsync };
        using var invoker = new HttpMessageInvoker(handler);

        await socket.ConnectAsync(
            new Uri("ws://swarm/containers/socket/attach/ws?stream=1&logs=1&stdin=1&stdout=1&stderr=1"), invoker,
            patience.Token);
        await socket.SendAsync("this\n"u8.ToArray(), WebSocketMessageType.Binary, true, patience.Token);

        Assert.Equal("before\ngot this\n", await ReadAsync(socket, patience.Token));
        await _docker.DoAsync("rm", "-f", "socket");
    }

    private static async Task<string> ReadAsync(ClientWebSocket socket, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer.AsMemory(), cancellation) is var read
            && read.MessageType != WebSocketMessageType.Close)
        {
            text.Append(Encoding.UTF8.GetString(buffer, 0, read.Count));
        }

        return text.ToString();
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(shared.Node.Daemon.Socket), cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }
}

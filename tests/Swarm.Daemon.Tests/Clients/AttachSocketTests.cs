using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;

namespace Swarm.Daemon.Tests.Clients;

/// <summary>Attaching by WebSocket, as pages in a browser do.</summary>
[Collection(ClientsNode.Collection)]
public sealed class AttachSocketTests(ClientsNode clients)
{
    [Fact]
    public async Task A_container_is_written_to_and_read_from_until_it_ends()
    {
        await clients.Docker.DoAsync(
            "create", "-i", "--name", "socket", "box", "sh", "-c", "read a; echo got $a; exit 3");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var client = await ConnectAsync(
            "/v1.47/containers/socket/attach/ws?stream=1&stdin=1&stdout=1&stderr=1", patience.Token);
        await clients.Docker.DoAsync("start", "socket");

        await client.SendAsync("it\n"u8.ToArray(), WebSocketMessageType.Binary, endOfMessage: true, patience.Token);
        var text = new StringBuilder();
        var buffer = new byte[1024];
        while (true)
        {
            var read = await client.ReceiveAsync(buffer, patience.Token);
            if (read.MessageType == WebSocketMessageType.Close) break;
            text.Append(Encoding.ASCII.GetString(buffer, 0, read.Count));
        }

        Assert.Equal("got it\n", text.ToString());
        Assert.Equal("3", await clients.Docker.DoAsync("wait", "socket"));
        await clients.Docker.DoAsync("rm", "socket");
    }

    private async Task<ClientWebSocket> ConnectAsync(string path, CancellationToken cancellation)
    {
        using var web = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = async (_, connecting) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(clients.Node.Daemon.Socket), connecting);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        var client = new ClientWebSocket();
        await client.ConnectAsync(new Uri("ws://swarm" + path), web, cancellation);
        return client;
    }
}

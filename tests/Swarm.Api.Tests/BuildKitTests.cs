using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Swarm.Api.Tests;

/// <summary>Who would build with BuildKit is told what to do instead, in the language that its client
/// reads.</summary>
public sealed class BuildKitTests
{
    private const string Reason =
        "building with BuildKit (DOCKER_BUILDKIT=0 builds without it) is not supported by this version of Swarm";

    [Fact]
    public async Task Each_call_is_answered_with_the_reason()
    {
        await using var node = await ServedNode.StartAsync();
        using var upgraded = await UpgradeAsync(node, "/v1.47/grpc");
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(new NetworkStream(upgraded)),
        });

        for (var call = 0; call < 3; call++)
        {
            using var asked = new HttpRequestMessage(
                HttpMethod.Post, new Uri("http://buildkitd/moby.buildkit.v1.Control/ListWorkers"))
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new ByteArrayContent(new byte[40_000]),
            };
            using var answer = await client.SendAsync(asked);

            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("application/grpc", answer.Content.Headers.ContentType!.MediaType);
            Assert.Equal(["12"], answer.Headers.GetValues("grpc-status"));
            Assert.Equal([Reason], answer.Headers.GetValues("grpc-message"));
        }
    }

    [Fact]
    public async Task Its_session_stays_open_until_it_ends_it()
    {
        await using var node = await ServedNode.StartAsync();
        using var session = await UpgradeAsync(node, "/session");

        await session.SendAsync("anything"u8.ToArray());
        Assert.False(session.Poll(TimeSpan.FromMilliseconds(200), SelectMode.SelectRead));
        session.Shutdown(SocketShutdown.Send);

        Assert.Equal(0, await session.ReceiveAsync(new byte[1]));
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("session")]
    public async Task Who_asks_for_no_other_protocol_is_told_by_the_status(string path)
    {
        await using var node = await ServedNode.StartAsync();

        using var answer = await node.Client.PostAsync(new Uri(path, UriKind.Relative), null);

        Assert.Equal(HttpStatusCode.NotImplemented, answer.StatusCode);
        Assert.Contains(Reason, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<Socket> UpgradeAsync(ServedNode node, string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(node.Socket));
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 0\r\n\r\n"));
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await socket.ReceiveAsync(one) == 1)
            head.Append((char)one[0]);
        Assert.StartsWith("HTTP/1.1 101 ", head.ToString(), StringComparison.Ordinal);
        return socket;
    }
}

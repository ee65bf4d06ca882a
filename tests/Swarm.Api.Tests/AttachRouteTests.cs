using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime;

namespace Swarm.Api.Tests;

public sealed class AttachRouteTests : IAsyncLifetime
{
    private ServedNode _node = null!; // set before each test

    private static ContainerId Container => new(new string('a', 64));

    public async Task InitializeAsync()
    {
        _node = await ServedNode.StartAsync();
        _node.Engine.Containers.Add(new ContainerState(
            new ContainerDefinition(Container, "a", new ContainerSpec { Image = "box" }), ContainerPhase.Running));
    }

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("?stdout=1&stderr=1")]
    [InlineData("?stream=1")]
    public async Task Who_attaches_to_nothing_is_answered_with_nothing(string query)
    {
        var answer = await _node.Client.PostAsync($"/containers/{Container}/attach{query}", null);

        Assert.Equal((HttpStatusCode.OK, ""), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        Assert.Contains("\"attach\"", await TellAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?stream=1")]
    public async Task Who_attaches_to_nothing_by_a_WebSocket_hears_its_end(string query)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var client = new ClientWebSocket();
        using var connections = new HttpMessageInvoker(new SocketsHttpHandler { ConnectCallback = ConnectAsync });
        await client.ConnectAsync(
            new Uri($"ws://swarm/containers/{Container}/attach/ws{query}"), connections, patience.Token);

        var read = await client.ReceiveAsync(new byte[1], patience.Token);

        Assert.Equal(
            (WebSocketMessageType.Close, WebSocketCloseStatus.NormalClosure), (read.MessageType, client.CloseStatus));
    }

    [Fact]
    public async Task Who_attaches_to_nothing_of_a_paused_container_is_refused()
    {
        _node.Engine.Containers[0] = _node.Engine.Containers[0] with { IsPaused = true };

        var refused = await _node.Client.PostAsync($"/containers/{Container}/attach", null);

        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
    }

    [Theory]
    [InlineData("/v1.41", "application/vnd.docker.raw-stream")]
    [InlineData("/v1.42", "application/vnd.docker.multiplexed-stream")]
    [InlineData("", "application/vnd.docker.multiplexed-stream")]
    public async Task Before_1_42_two_streams_in_one_have_no_type_of_their_own(string version, string type)
    {
        _node.Engine.Log = new FakeLog("written");
        var attached = await _node.Client.PostAsync($"{version}/containers/{Container}/attach", null);
        var read = await _node.Client.GetAsync($"{version}/containers/{Container}/logs?stdout=1");
        var made = await _node.Client.PostAsync(
            $"{version}/containers/{Container}/exec", new StringContent("""{"Cmd":["sh"]}"""));
        var exec = (await made.Content.ReadAsStringAsync()).Split('"')[3];
        _node.Engine.Programs.Console.End();
        var run = await _node.Client.PostAsync($"{version}/exec/{exec}/start", null);

        foreach (var answer in (HttpResponseMessage[])[attached, read, run])
            Assert.Equal((HttpStatusCode.OK, type), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
    }

    private Task<string> TellAsync()
    {
        var now = DateTimeOffset.UtcNow;
        return _node.Client.GetStringAsync(
            $"/events?since=1&until={now.ToUnixTimeSeconds()}.{now.Ticks % TimeSpan.TicksPerSecond:D7}00");
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_node.Socket), cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }
}

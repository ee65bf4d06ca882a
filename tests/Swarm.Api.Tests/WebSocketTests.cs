using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Connections;
using Swarm.Api.Http;

namespace Swarm.Api.Tests;

/// <summary>A program's streams in the messages of a WebSocket.</summary>
public sealed class WebSocketTests : IAsyncLifetime, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("swarm-ws-").FullName;
    private readonly FakeConsole _console = new();
    private readonly TaskCompletionSource<bool> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(30));
    private WebApplication? _server;

    private string Path => System.IO.Path.Combine(_folder, "s");

    public async Task InitializeAsync() => _server = await TakingServer.StartAsync(
        kestrel => kestrel.ListenUnixSocket(
            Path, listener => ConnectionTakeover.Offer(listener, hangUps: null, TimeProvider.System)),
        server => server.MapGet("/ws", AnswerAsync));

    public async Task DisposeAsync()
    {
        if (_server is { } server) await server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public void Dispose() => _patience.Dispose();

    [Fact]
    public async Task What_a_program_writes_comes_in_messages_and_its_end_is_said()
    {
        using var client = await ConnectAsync();

        await client.SendAsync("in"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, _patience.Token);
        await client.SendAsync("put"u8.ToArray(), WebSocketMessageType.Binary, endOfMessage: true, _patience.Token);
        Assert.Equal("input", await _console.ReadInputAsync("input".Length, _patience.Token));
        _console.Write("out", "err");
        Assert.Equal("outerr", await ReadAsync(client, "outerr".Length));
        _console.End();

        Assert.Equal("", await ReadAsync(client, 1));
        Assert.Equal(WebSocketCloseStatus.NormalClosure, client.CloseStatus);
        await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", _patience.Token);
        Assert.False(await _ended.Task.WaitAsync(_patience.Token));
    }

    [Fact]
    public async Task A_client_that_says_goodbye_leaves_the_program_with_the_end_of_its_input()
    {
        using var client = await ConnectAsync();

        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "", _patience.Token);

        Assert.False(await _ended.Task.WaitAsync(_patience.Token));
        Assert.True(_console.HasInputEnded);
    }

    [Fact]
    public async Task A_client_that_breaks_off_leaves_the_program_too()
    {
        var client = await ConnectAsync();

        client.Abort();

        Assert.False(await _ended.Task.WaitAsync(_patience.Token));
        client.Dispose();
    }

    [Theory]
    [InlineData("Upgrade", "websocket", "13", "dGhlIHNhbXBsZSBub25jZQ==", null)]
    [InlineData("keep-alive, Upgrade", "WebSocket", "13", "dGhlIHNhbXBsZSBub25jZQ==", null)]
    [InlineData("keep-alive", "websocket", "13", "dGhlIHNhbXBsZSBub25jZQ==", "does not ask for a WebSocket")]
    [InlineData("Upgrade", "tcp", "13", "dGhlIHNhbXBsZSBub25jZQ==", "does not ask for a WebSocket")]
    [InlineData("Upgrade", "websocket", "8", "dGhlIHNhbXBsZSBub25jZQ==", "unsupported version")]
    [InlineData("Upgrade", "websocket", "13", "c2hvcnQ=", "invalid key")]
    [InlineData("Upgrade", "websocket", "13", "dGhlIHNhbXBsZSBub25jZSB0aGF0IGlzIGxvbmc=", "invalid key")]
    [InlineData("Upgrade", "websocket", "13", "", "invalid key")]
    public void A_handshake_is_answered_as_the_standard_says_or_refused(
        string connection, string upgrade, string version, string key, string? refusal)
    {
        IHeaderDictionary headers = new HeaderDictionary();
        headers.Connection = connection;
        headers.Upgrade = upgrade;
        headers.SecWebSocketVersion = version;
        headers.SecWebSocketKey = key;

        if (refusal is null) Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", WebSocketHandshake.Accept(headers));
        else
        {
            Assert.Contains(
                refusal, Assert.Throws<ApiException>(() => WebSocketHandshake.Accept(headers)).Message,
                StringComparison.Ordinal);
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var accepted = WebSocketHandshake.Accept(context.Request.Headers);
        await using (var client = await HijackedStream.BeginWebSocketAsync(context, accepted, _patience.Token))
        {
            _ended.TrySetResult(await new ConsoleStreaming(client, _console, keys: null).RunAsync(_patience.Token));
        }
    }

    private async Task<ClientWebSocket> ConnectAsync()
    {
        using var web = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        var client = new ClientWebSocket();
        await client.ConnectAsync(new Uri("ws://x/ws"), web, _patience.Token);
        return client;
    }

    /// <summary>Reads so many bytes, or to the other side's goodbye.</summary>
    private async Task<string> ReadAsync(ClientWebSocket client, int length)
    {
        var text = new StringBuilder();
        var buffer = new byte[1024];
        while (text.Length < length)
        {
            var read = await client.ReceiveAsync(buffer, _patience.Token);
            if (read.MessageType == WebSocketMessageType.Close) break;
            text.Append(Encoding.ASCII.GetString(buffer, 0, read.Count));
        }

        return text.ToString();
    }
}

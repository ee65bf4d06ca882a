using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Swarm.Api.Connections;

/// <summary>A connection that was turned from HTTP into a stream of bytes in both directions.</summary>
/// <remarks>Docker's hijack:
/// https://docs.docker.com/reference/api/engine/version/v1.47/#tag/Container/operation/ContainerAttach</remarks>
internal sealed class HijackedStream : IAsyncDisposable
{
    private readonly WebSocketMessages? _messages;

    private HijackedStream(HttpContext context, PipeReader input, PipeWriter output, WebSocketMessages? messages)
    {
        (Input, Output, _messages) = (input, output, messages);
        Left = context.Features.Get<ClientPresence>()?.Left ?? CancellationToken.None;
    }

    /// <summary>Completed when the client has sent its last byte: it may still read.</summary>
    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    /// <summary>Cancelled when the client has gone: it reads no more, either.</summary>
    public CancellationToken Left { get; }

    /// <summary>Whether its bytes go in messages of a WebSocket. Then the streams of a program are not told apart, and
    /// who has sent its last message does not read any more, either.</summary>
    public bool IsWebSocket => _messages is not null;

    /// <summary>Answers a request whose body has been read: with 101 where it asks for an upgrade, else with 200 and
    /// no end but that of the connection.</summary>
    public static async Task<HijackedStream> BeginAsync(
        HttpContext context, string contentType, CancellationToken cancellation)
    {
        var isUpgrade = context.Request.Headers.Upgrade.ToString()
            .Equals("tcp", StringComparison.OrdinalIgnoreCase);
        var connection = ConnectionTakeover.Take(context);
        var head = isUpgrade
            ? $"HTTP/1.1 101 UPGRADED\r\nContent-Type: {contentType}\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
            : $"HTTP/1.1 200 OK\r\nContent-Type: {contentType}\r\n\r\n";
        await connection.Output.WriteAsync(Encoding.ASCII.GetBytes(head), cancellation);
        return new HijackedStream(context, connection.Input, connection.Output, messages: null);
    }

    /// <summary>Answers a request for a WebSocket.</summary>
    /// <param name="accepted">What answers its key.</param>
    public static async Task<HijackedStream> BeginWebSocketAsync(
        HttpContext context, string accepted, CancellationToken cancellation)
    {
        var connection = ConnectionTakeover.Take(context);
        await connection.Output.WriteAsync(
            Encoding.ASCII.GetBytes(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + $"Sec-WebSocket-Accept: {accepted}\r\n\r\n"),
            cancellation);
        var messages = new WebSocketMessages(connection);
        return new HijackedStream(
            context, PipeReader.Create(messages.Bytes), PipeWriter.Create(messages.Bytes), messages);
    }

    /// <summary>Tells the client of a WebSocket that there is no more. Any other connection ends with its
    /// handler.</summary>
    /// <returns>Whether the client will answer.</returns>
    public async Task<bool> SayGoodbyeAsync() => _messages is not null && await _messages.SayGoodbyeAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_messages is not null) await _messages.DisposeAsync();
    }
}

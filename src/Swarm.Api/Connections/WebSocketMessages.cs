using System.IO.Pipelines;
using System.Net.WebSockets;

namespace Swarm.Api.Connections;

/// <summary>The messages of a WebSocket as one stream of bytes: what is written at once is one message.</summary>
internal sealed class WebSocketMessages : IAsyncDisposable
{
    /// <summary>A client that does not say goodbye is not waited for any longer.</summary>
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(2);

    private readonly WebSocket _socket;

    /// <param name="connection">Its bytes after the answer to the client's request.</param>
    public WebSocketMessages(IDuplexPipe connection)
    {
        var bytes = new DuplexStream(connection.Input.AsStream(), connection.Output.AsStream());
        _socket = WebSocket.CreateFromStream(bytes, new WebSocketCreationOptions { IsServer = true });
        Bytes = WebSocketStream.Create(_socket, WebSocketMessageType.Binary, ClosePatience);
    }

    public Stream Bytes { get; }

    /// <summary>Says that there is no more. A read must go on, in which the client's own goodbye comes: one that is
    /// called off breaks the connection.</summary>
    /// <returns>False where the connection is broken, or the client has said goodbye before.</returns>
    public async Task<bool> SayGoodbyeAsync()
    {
        try
        {
            var isFirst = _socket.State == WebSocketState.Open;
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
            return isFirst;
        }
        catch (Exception gone) when (gone is WebSocketException or IOException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Bytes.DisposeAsync();
        _socket.Dispose();
    }
}

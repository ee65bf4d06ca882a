using System.Net.WebSockets;
using Swarm.Runtime.Consoles;

namespace Swarm.Api.Connections;

/// <summary>Carries a container's streams over a WebSocket: both of its outputs as they come, in binary
/// messages.</summary>
internal sealed class SocketConsole(WebSocket socket)
{
    private const int PieceLength = 32 * 1024;

    /// <summary>Where whatever is written becomes a message.</summary>
    public Stream AsStream() => WebSocketStream.Create(socket, WebSocketMessageType.Binary);

    /// <summary>Until the program ends, or the client goes or detaches.</summary>
    /// <returns>Whether the client detached by its keys.</returns>
    public async Task<bool> RunAsync(IConsoleSession session, DetachKeys? keys, CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var input = TakeInputAsync(session, keys, ending);
        try
        {
            await SendOutputAsync(session, ending.Token);
            // Not over the client's last words: a socket that is cancelled is closed without any.
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", stopping);
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException)
        {
            // It detached or is gone, or this process stops.
        }

        await ending.CancelAsync();
        return await input;
    }

    public Task CloseAsync(CancellationToken cancellation) =>
        socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", cancellation);

    private async Task SendOutputAsync(IConsoleSession session, CancellationToken cancellation)
    {
        var buffer = new byte[PieceLength];
        while (await session.ReadAsync(buffer, cancellation) is { Length: > 0 } read)
        {
            await socket.SendAsync(
                buffer.AsMemory(0, read.Length), WebSocketMessageType.Binary, endOfMessage: true, cancellation);
        }
    }

    private async Task<bool> TakeInputAsync(
        IConsoleSession session, DetachKeys? keys, CancellationTokenSource ending)
    {
        var buffer = new byte[PieceLength];
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(), ending.Token) is var read
                && read.MessageType != WebSocketMessageType.Close)
            {
                if (keys is null)
                {
                    await session.WriteAsync(buffer.AsMemory(0, read.Count), ending.Token);
                    continue;
                }

                var passed = new List<byte>(read.Count);
                var isDetached = keys.Take(buffer.AsSpan(0, read.Count), passed);
                if (passed.Count > 0) await session.WriteAsync(passed.ToArray(), ending.Token);
                if (!isDetached) continue;
                await ending.CancelAsync();
                return true;
            }

            await session.EndInputAsync(ending.Token);
        }
        catch (OperationCanceledException)
        {
            // The output has ended, or this process stops.
        }
        catch (WebSocketException)
        {
            await session.EndInputAsync(CancellationToken.None);
        }

        return false;
    }
}

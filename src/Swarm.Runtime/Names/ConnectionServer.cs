using System.Net.Sockets;

namespace Swarm.Runtime.Names;

/// <summary>Answers what a container asks by TCP: so many connections at once, on each one question after another.
/// </summary>
internal sealed class ConnectionServer(
    Socket socket, AskingContainer container, NameServerLimits limits, TimeProvider time)
    : IAsyncDisposable
{
    /// <summary>Bytes of a question: there is no reason for a longer one.</summary>
    private const int LargestQuery = MessageFormat.LargestDatagram;

    private readonly SemaphoreSlim _free = new(limits.Connections);

    /// <exception cref="SocketException">The kernel refused to give a connection.</exception>
    internal async Task RunAsync(CancellationToken closing)
    {
        while (true)
        {
            await _free.WaitAsync(closing);
            try
            {
                var client = await socket.AcceptAsync(closing);
                _ = ConverseAsync(client, closing);
            }
            catch
            {
                _free.Release();
                throw;
            }
        }
    }

    /// <summary>Waits until all connections have ended; none must come in meanwhile.</summary>
    public async ValueTask DisposeAsync()
    {
        for (var held = 0; held < limits.Connections; held++) await _free.WaitAsync(CancellationToken.None);
        _free.Dispose();
    }

    private async Task ConverseAsync(Socket client, CancellationToken closing)
    {
        try
        {
            await using var stream = new NetworkStream(client, ownsSocket: true);
            while (await AnswerNextAsync(stream, closing))
            {
            }
        }
        catch (Exception over)
            when (over is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // The client went away, was too slow, or the server is gone.
        }
        finally
        {
            _free.Release();
        }
    }

    private async Task<bool> AnswerNextAsync(NetworkStream stream, CancellationToken closing)
    {
        await container.TurnAsync(closing);
        byte[]? message;
        using (var waiting = new Deadline(limits.Idle, time, closing))
            message = await MessageStream.ReadAsync(stream, LargestQuery, waiting.Token);
        if (message is null) return false;

        var (reply, forward) = container.Answer(message, byDatagram: false);
        if (forward is not null) reply = await container.ForwardAsync(forward, byDatagram: false, closing);
        if (reply is not { Length: > 0 }) return false;
        using var writing = new Deadline(limits.Idle, time, closing);
        await MessageStream.WriteAsync(stream, reply, writing.Token);
        return true;
    }
}

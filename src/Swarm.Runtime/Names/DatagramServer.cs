using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Swarm.Runtime.Names;

/// <summary>Answers what a container asks by UDP.</summary>
internal sealed partial class DatagramServer(Socket socket, AskingContainer container, ILogger logger)
{
    /// <summary>Answers one after another; those that others are asked for do not hold up the next.</summary>
    /// <exception cref="SocketException">The kernel refused to give one.</exception>
    internal async Task RunAsync(CancellationToken closing)
    {
        var buffer = new byte[MessageFormat.LargestDatagram];
        var sender = new SocketAddress(AddressFamily.InterNetwork);
        while (true)
        {
            await container.TurnAsync(closing);
            var length = await socket.ReceiveFromAsync(buffer, SocketFlags.None, sender, closing);
            var (reply, forward) = container.Answer(buffer.AsMemory(0, length), byDatagram: true);
            if (forward is not null) _ = ForwardAsync(Kept(forward), Kept(sender), closing);
            else if (reply is { Length: > 0 }) await SendAsync(reply, sender, closing);
        }
    }

    private async Task ForwardAsync(NameQuery query, SocketAddress client, CancellationToken closing)
    {
        try
        {
            var reply = await container.ForwardAsync(query, byDatagram: true, closing);
            await SendAsync(reply, client, closing);
        }
        catch (Exception closed) when (closed is OperationCanceledException or ObjectDisposedException)
        {
            // The server is gone, and the client with it.
        }
    }

    /// <remarks>A client that does not listen any more is no concern.</remarks>
    private async Task SendAsync(byte[] reply, SocketAddress client, CancellationToken closing)
    {
        try
        {
            await socket.SendToAsync(reply, SocketFlags.None, client, closing);
        }
        catch (SocketException refused) when (!closing.IsCancellationRequested)
        {
            LogUnsent(container.Id.Short, refused.Message);
        }
        catch (SocketException) when (closing.IsCancellationRequested)
        {
            throw new OperationCanceledException(closing);
        }
    }

    /// <summary>The buffer that it was read into is used again.</summary>
    private static NameQuery Kept(NameQuery query)
    {
        ReadOnlyMemory<byte> message = query.Message.ToArray();
        var question = message.Slice(MessageFormat.HeaderBytes, query.Question.Length);
        return query with { Message = message, Question = question };
    }

    private static SocketAddress Kept(SocketAddress address)
    {
        var copy = new SocketAddress(address.Family, address.Size);
        address.Buffer.Span[..address.Size].CopyTo(copy.Buffer.Span);
        return copy;
    }

    [LoggerMessage(LogLevel.Debug, "An answer to container {Container} could not be sent: {Reason}")]
    private partial void LogUnsent(string container, string reason);
}

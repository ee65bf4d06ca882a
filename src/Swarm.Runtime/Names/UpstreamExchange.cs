using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Swarm.Runtime.Names;

/// <summary>Asks one server one question.</summary>
/// <remarks>Each question has a socket of its own, with a port that the kernel chooses, and an id that nobody can
/// guess: so nobody else can answer it.</remarks>
internal sealed class UpstreamExchange(NamespaceSockets sockets, TimeProvider time, TimeSpan patience)
{
    /// <returns>The answer as it came, with the client's id; null where none came in time.</returns>
    internal async Task<byte[]?> AskAsync(
        NameQuery query, UpstreamServer server, string namespacePath, bool byDatagram, CancellationToken cancellation)
    {
        using var deadline = new Deadline(patience, time, cancellation);
        try
        {
            using var socket = await sockets.OpenAsync(
                server.IsInContainer ? namespacePath : null, server.Address.AddressFamily,
                byDatagram ? SocketType.Dgram : SocketType.Stream, deadline.Token);
            await socket.ConnectAsync(new IPEndPoint(server.Address, UpstreamServer.Port), deadline.Token);
            var reply = byDatagram
                ? await ByDatagramAsync(socket, query, deadline.Token)
                : await ByConnectionAsync(socket, query, deadline.Token);
            if (reply is not null) BinaryPrimitives.WriteUInt16BigEndian(reply, query.Id);
            return reply;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception refused) when (refused is SocketException or IOException)
        {
            return null;
        }
    }

    private static async Task<byte[]?> ByDatagramAsync(Socket socket, NameQuery query, CancellationToken cancellation)
    {
        var (message, id) = Renamed(query);
        await socket.SendAsync(message, cancellation);
        // One byte more than is passed on tells that the answer is longer.
        var buffer = new byte[query.DatagramLimit + 1];
        while (true)
        {
            var length = await socket.ReceiveAsync(buffer, cancellation);
            if (!ReplyCheck.Fits(query, id, buffer.AsSpan(0, length))) continue;
            return length > query.DatagramLimit ? ReplyWriter.WriteTruncated(query) : buffer[..length];
        }
    }

    private static async Task<byte[]?> ByConnectionAsync(
        Socket socket, NameQuery query, CancellationToken cancellation)
    {
        var (message, id) = Renamed(query);
        await using var stream = new NetworkStream(socket, ownsSocket: false);
        await MessageStream.WriteAsync(stream, message, cancellation);
        var reply = await MessageStream.ReadAsync(stream, MessageFormat.LargestMessage, cancellation);
        return reply is not null && ReplyCheck.Fits(query, id, reply) ? reply : null;
    }

    private static (byte[] Message, ushort Id) Renamed(NameQuery query)
    {
        var message = query.Message.ToArray();
        RandomNumberGenerator.Fill(message.AsSpan(0, 2));
        return (message, BinaryPrimitives.ReadUInt16BigEndian(message));
    }
}

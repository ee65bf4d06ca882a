using System.Buffers.Binary;

namespace Swarm.Runtime.Names;

/// <summary>Messages on a TCP connection, each with its length before it:
/// <see href="https://www.rfc-editor.org/rfc/rfc7766#section-8"/>.</summary>
internal static class MessageStream
{
    private const int LengthBytes = 2;

    /// <returns>Null where the other has closed the connection, or sends more than is taken.</returns>
    /// <exception cref="IOException">The connection broke, or ended within a message.</exception>
    internal static async Task<byte[]?> ReadAsync(Stream stream, int most, CancellationToken cancellation)
    {
        var prefix = new byte[LengthBytes];
        if (await stream.ReadAtLeastAsync(prefix, LengthBytes, throwOnEndOfStream: false, cancellation) < LengthBytes)
            return null;
        var length = BinaryPrimitives.ReadUInt16BigEndian(prefix);
        if (length > most) return null;
        var message = new byte[length];
        await stream.ReadExactlyAsync(message, cancellation);
        return message;
    }

    internal static async Task WriteAsync(Stream stream, byte[] message, CancellationToken cancellation)
    {
        // In one piece: some read the length and the message by one call, and take half of it for an error.
        var whole = new byte[LengthBytes + message.Length];
        BinaryPrimitives.WriteUInt16BigEndian(whole, (ushort)message.Length);
        message.CopyTo(whole, LengthBytes);
        await stream.WriteAsync(whole, cancellation);
    }
}

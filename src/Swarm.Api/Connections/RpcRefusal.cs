using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;

namespace Swarm.Api.Connections;

/// <summary>Answers every call of gRPC on a connection with the same refusal.</summary>
/// <remarks>As much of HTTP/2 as that needs: frames are read, their headers are not.
/// https://www.rfc-editor.org/rfc/rfc9113,
/// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md</remarks>
/// <param name="code">Of gRPC.</param>
/// <param name="reason">ASCII without percent signs, at most 126 characters.</param>
internal sealed class RpcRefusal(IDuplexPipe connection, int code, string reason)
{
    public const int Unimplemented = 12;

    private const int PrefaceLength = 24;
    private const int HeadLength = 9;
    private const int LongestFrame = 16 * 1024;

    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte Settings = 4;
    private const byte Ping = 6;
    private const byte GoAway = 7;
    private const byte WindowUpdate = 8;
    private const byte Continuation = 9;

    private const byte Acknowledged = 1;
    private const byte EndOfStream = 1;
    private const byte EndOfHeaders = 4;

    /// <summary>That the status is 200, in HPACK: https://www.rfc-editor.org/rfc/rfc7541#appendix-A</summary>
    private const byte StatusOk = 0x88;

    private readonly byte[] _answer =
        [StatusOk, .. Field("content-type", "application/grpc"), .. Field("grpc-status", $"{code}"),
            .. Field("grpc-message", reason)];

    private int _newestCall;

    /// <returns>When the client has ended the connection, or speaks something else.</returns>
    public async Task RunAsync(CancellationToken cancellation)
    {
        Write(Settings, 0, 0, []);
        await connection.Output.FlushAsync(cancellation);
        if (await ReadAsync(PrefaceLength, cancellation) is null) return;
        while (await ReadAsync(HeadLength, cancellation) is { } head)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(head) >>> 8;
            if (length > LongestFrame || await ReadAsync(length, cancellation) is not { } body) return;
            var stream = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)) & int.MaxValue;
            if (head[3] == GoAway) return;
            Answer(head[3], head[4], stream, body);
            await connection.Output.FlushAsync(cancellation);
        }
    }

    private void Answer(byte kind, byte flags, int stream, byte[] body)
    {
        switch (kind)
        {
            case Settings when (flags & Acknowledged) == 0:
                Write(Settings, Acknowledged, 0, []);
                break;
            case Ping when (flags & Acknowledged) == 0:
                Write(Ping, Acknowledged, 0, body);
                break;
            case Headers or Continuation when (flags & EndOfHeaders) != 0 && stream > _newestCall:
                _newestCall = stream;
                Write(Headers, EndOfStream | EndOfHeaders, stream, _answer);
                break;
            case Data when body.Length > 0:
                // What was sent may be sent again: calls share the room of the connection.
                Write(WindowUpdate, 0, 0, [0, 0, (byte)(body.Length >> 8), (byte)body.Length]);
                break;
        }
    }

    private void Write(byte kind, byte flags, int stream, ReadOnlySpan<byte> body)
    {
        var frame = connection.Output.GetSpan(HeadLength + body.Length);
        BinaryPrimitives.WriteInt32BigEndian(frame, body.Length << 8);
        (frame[3], frame[4]) = (kind, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame[5..], stream);
        body.CopyTo(frame[HeadLength..]);
        connection.Output.Advance(HeadLength + body.Length);
    }

    /// <returns>Null where the connection ends before.</returns>
    private async Task<byte[]?> ReadAsync(int length, CancellationToken cancellation)
    {
        if (length == 0) return [];
        var read = await connection.Input.ReadAtLeastAsync(length, cancellation);
        if (read.Buffer.Length < length) return null;
        var bytes = read.Buffer.Slice(0, length);
        var copied = bytes.ToArray();
        connection.Input.AdvanceTo(bytes.End);
        return copied;
    }

    /// <summary>A field as HPACK writes one that nobody shall remember.</summary>
    private static byte[] Field(string name, string value) =>
        [0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];
}

using System.Buffers.Binary;

namespace Swarm.Api.Connections;

/// <summary>How output of two streams goes through one: each piece behind a head of eight bytes.</summary>
/// <remarks>The stream, three zeros, the length with its highest byte first.
/// https://docs.docker.com/reference/api/engine/version/v1.47/#tag/Container/operation/ContainerAttach</remarks>
internal static class MuxFrame
{
    public const int HeadLength = 8;

    public const string ContentType = "application/vnd.docker.multiplexed-stream";

    /// <summary>Of a terminal, whose output is one stream of bytes.</summary>
    public const string RawContentType = "application/vnd.docker.raw-stream";

    /// <param name="stream">1 is standard output, 2 standard error.</param>
    public static void WriteHead(Span<byte> head, int stream, int length)
    {
        head[..HeadLength].Clear();
        head[0] = (byte)stream;
        BinaryPrimitives.WriteInt32BigEndian(head[4..], length);
    }
}

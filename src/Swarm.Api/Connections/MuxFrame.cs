using System.Buffers.Binary;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;

namespace Swarm.Api.Connections;

/// <summary>How output of two streams goes through one: each piece behind a head of eight bytes.</summary>
/// <remarks>The stream, three zeros, the length with its highest byte first.
/// https://docs.docker.com/reference/api/engine/version/v1.47/#tag/Container/operation/ContainerAttach</remarks>
internal static class MuxFrame
{
    public const int HeadLength = 8;

    /// <summary>Before this version, what goes so had no type of its own.</summary>
    private const int Since = 42;

    /// <summary>The type of what is answered: that of a terminal is one stream of bytes.</summary>
    public static string TypeFor(HttpContext context, bool isTerminal) =>
        isTerminal || ApiVersion.IsBefore(context, Since)
            ? "application/vnd.docker.raw-stream"
            : "application/vnd.docker.multiplexed-stream";

    /// <param name="stream">1 is standard output, 2 standard error.</param>
    public static void WriteHead(Span<byte> head, int stream, int length)
    {
        head[..HeadLength].Clear();
        head[0] = (byte)stream;
        BinaryPrimitives.WriteInt32BigEndian(head[4..], length);
    }
}

using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Swarm.Api.Connections;

/// <summary>A connection that was turned from HTTP into a stream of bytes in both directions.</summary>
/// <remarks>Docker's hijack:
/// https://docs.docker.com/reference/api/engine/version/v1.47/#tag/Container/operation/ContainerAttach</remarks>
internal sealed class HijackedStream
{
    private HijackedStream(IDuplexPipe connection) => (Input, Output) = (connection.Input, connection.Output);

    /// <summary>Completed when the client has sent its last byte: it may still read.</summary>
    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    /// <summary>Answers a request whose body has been read: with 101 where it asks for an upgrade, else with 200 and
    /// no end but that of the connection.</summary>
    public static async Task<HijackedStream> BeginAsync(
        HttpContext context, string contentType, CancellationToken cancellation)
    {
        var isUpgrade = context.Request.Headers.Upgrade.ToString()
            .Equals("tcp", StringComparison.OrdinalIgnoreCase);
        var stream = new HijackedStream(ConnectionTakeover.Take(context));
        var head = isUpgrade
            ? $"HTTP/1.1 101 UPGRADED\r\nContent-Type: {contentType}\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
            : $"HTTP/1.1 200 OK\r\nContent-Type: {contentType}\r\n\r\n";
        await stream.Output.WriteAsync(Encoding.ASCII.GetBytes(head), cancellation);
        return stream;
    }
}

using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Swarm.Api.Connections;
using Swarm.Api.Http;

namespace Swarm.Api.Builds;

/// <summary>Where clients that build with BuildKit come to, and are told what to do instead.</summary>
/// <remarks>They ask for HTTP/2, and show no words of an answer in any other language: so the refusal is an answer of
/// gRPC. What they serve themselves meanwhile, their session, is let wait, or they would show its end as the
/// reason.</remarks>
internal sealed class BuildKitRefusal(CancellationToken stopping)
{
    /// <summary>What is not supported, and what is.</summary>
    public const string Reason =
        "building with BuildKit (DOCKER_BUILDKIT=0 builds without it) is not supported by this version of Swarm";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/grpc", context => TakeAsync(context, RefuseAsync));
        routes.MapPost("/session", context => TakeAsync(context, WaitAsync));
    }

    private async Task TakeAsync(HttpContext context, Func<IDuplexPipe, Task> serve)
    {
        if (!context.Request.Headers.Upgrade.ToString().Equals("h2c", StringComparison.OrdinalIgnoreCase))
            throw new ApiException(StatusCodes.Status501NotImplemented, Reason);
        var connection = ConnectionTakeover.Take(context);
        try
        {
            await connection.Output.WriteAsync(
                Encoding.ASCII.GetBytes("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"),
                stopping);
            await serve(connection);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // The client is gone, or this process stops.
        }
    }

    private Task RefuseAsync(IDuplexPipe connection) =>
        new RpcRefusal(connection, RpcRefusal.Unimplemented, Reason).RunAsync(stopping);

    /// <summary>Until the client ends it.</summary>
    private async Task WaitAsync(IDuplexPipe connection)
    {
        while (true)
        {
            var read = await connection.Input.ReadAsync(stopping);
            connection.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) return;
        }
    }
}

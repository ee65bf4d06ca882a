using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Swarm.Api.Connections;
using Swarm.Api.Http;

namespace Swarm.Api.Containers;

/// <summary>What a container has written, and what it goes on to write.</summary>
internal sealed class LogRoutes(ContainerDesk desk, TimeProvider time, CancellationToken stopping)
{
    private readonly LogWriting _writing = new(desk.Engine, time);

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/containers/{id}/logs", WriteAsync);

    private async Task WriteAsync(HttpContext context)
    {
        var container = desk.Engine.Get(context.NamedContainer());
        LogWriting.RequireLog(container);
        using var log = desk.Engine.OpenLog(container.Id);
        var wanted = WantedLog.Read(context.Request, container, time.GetUtcNow());
        if (QueryFlag.IsSet(context.Request.Query["details"]))
        {
            var shown = await desk.ShowAsync(container.Id.Value, context.RequestAborted);
            wanted = wanted with { Details = LogDetails.Of(shown) };
        }

        context.Response.ContentType = MuxFrame.TypeFor(context, wanted.IsTerminal);
        // Clients take an answer that does not begin for one that does not come.
        await context.Response.Body.FlushAsync(context.RequestAborted);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            await _writing.WriteAsync(
                context.Response.Body, container.Id, log, wanted, ClientPresence.SentAll(context), either.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The answer ends here; the container goes on.
        }
    }
}

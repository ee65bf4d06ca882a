using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Swarm.Api.Http;
using Swarm.Core;
using Swarm.Runtime;
using Swarm.Runtime.Usage;

namespace Swarm.Api.Containers;

/// <summary>What containers use, once or each second.</summary>
internal sealed class StatsRoutes(ContainerDesk desk, TimeProvider time, CancellationToken stopping)
{
    /// <summary>Between two lines of an answer, as in Docker.</summary>
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(1);

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/containers/{id}/stats", WriteAsync);

    private async Task WriteAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var container = desk.Engine.Get(context.NamedContainer());
        var isStream = !query.ContainsKey("stream") || QueryFlag.IsSet(query["stream"]);
        var isOneShot = QueryFlag.IsSet(query["one-shot"]);
        if (isStream && isOneShot)
        {
            throw new ApiException(
                StatusCodes.Status400BadRequest, "cannot have stream=true and one-shot=true");
        }

        context.Response.ContentType = "application/json";
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            await WriteAsync(context.Response, container, isStream, isOneShot, either.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The answer ends here; the container goes on.
        }
    }

    private async Task WriteAsync(
        HttpResponse answer, ContainerState container, bool isStream, bool isOneShot, CancellationToken cancellation)
    {
        var before = isStream || isOneShot ? null : await ReadAsync(container.Id, cancellation);
        // Shares of processors are told from two looks.
        if (before is not null) await Task.Delay(LookAgainAfter, time, cancellation);
        while (desk.Engine.Find(container.Id) is { } now)
        {
            var usage = await ReadAsync(container.Id, cancellation);
            await answer.WriteLineAsync(StatsDocument.Of(now, usage, before), cancellation);
            if (!isStream) return;
            before = usage;
            await Task.Delay(LookAgainAfter, time, cancellation);
        }
    }

    /// <returns>Null where it does not run, or is gone.</returns>
    private async Task<ContainerUsage?> ReadAsync(ContainerId id, CancellationToken cancellation)
    {
        try
        {
            return await desk.Engine.Usage.ReadAsync(id, cancellation);
        }
        catch (ContainerException gone) when (gone.Fault == ContainerFault.NotFound)
        {
            return null;
        }
    }
}

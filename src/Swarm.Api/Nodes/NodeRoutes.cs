using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Swarm.Api.Http;
using Swarm.Images;
using Swarm.Runtime;

namespace Swarm.Api.Nodes;

/// <summary>Whether the node answers, and what it is.</summary>
internal sealed class NodeRoutes(
    NodeFacts node, IImageStore images, IContainerEngine engine, Func<Task<string?>> findFault,
    Func<IEnumerable<string>> warnings, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/_ping", ["GET", "HEAD"], PingAsync);
        routes.MapGet("/version", VersionAsync);
        routes.MapGet("/info", DescribeAsync);
        routes.MapGet("/plugins", ListPluginsAsync);
        routes.MapGet("/healthz", HealthAsync);

        // Answered once the node is in its cluster, which the interface waits for: so alive and ready are one.
        routes.MapGet("/readyz", HealthAsync);

        // As at Docker: every path has it, also one that there is not, and it says nothing.
        routes.MapMethods("/{**path}", [HttpMethods.Options], _ => Task.CompletedTask);
    }

    private static Task PingAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers["Api-Version"] = ApiVersion.Newest;
        headers["Ostype"] = "linux";
        headers["Docker-Experimental"] = "false";
        headers["Builder-Version"] = "1";
        headers["Swarm"] = "inactive";
        headers.CacheControl = "no-cache, no-store, must-revalidate";
        headers.Pragma = "no-cache";
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = 2;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync("OK");
    }

    private Task VersionAsync(HttpContext context) => context.Response.WriteNodeAsync(
        StatusCodes.Status200OK, HostDocument.Version(node), context.RequestAborted);

    private Task DescribeAsync(HttpContext context) => context.Response.WriteNodeAsync(
        StatusCodes.Status200OK,
        HostDocument.Describe(
            node, images.List().Length, engine.List(), [.. images.Warnings(), .. warnings()], time.GetUtcNow()),
        context.RequestAborted);

    /// <summary>There are none, and none can be installed.</summary>
    private static Task ListPluginsAsync(HttpContext context) => context.Response.WriteNodeAsync(
        StatusCodes.Status200OK, new JsonArray(), context.RequestAborted);

    private async Task HealthAsync(HttpContext context)
    {
        if (await findFault() is { } fault) throw new ApiException(StatusCodes.Status503ServiceUnavailable, fault);

        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync("ok\n");
    }
}

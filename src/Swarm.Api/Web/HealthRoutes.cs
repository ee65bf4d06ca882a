using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Swarm.Api.Web;

/// <summary>Whether this node lives, and whether it can take up work.</summary>
/// <param name="findFault">What keeps it from its work; null when nothing does.</param>
public sealed class HealthRoutes(Func<Task<string?>> findFault) : IWebRoutes
{
    /// <inheritdoc/>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", context => SayAsync(context, fault: null));
        routes.MapGet("/readyz", async context => await SayAsync(context, await findFault()));
    }

    private static Task SayAsync(HttpContext context, string? fault)
    {
        context.Response.StatusCode = fault is null
            ? StatusCodes.Status200OK
            : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync((fault ?? "ok") + "\n");
    }
}

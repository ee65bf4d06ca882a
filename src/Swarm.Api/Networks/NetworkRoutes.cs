using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Swarm.Api.Containers;
using Swarm.Api.Http;
using Swarm.Runtime;
using Swarm.Runtime.Networks;

namespace Swarm.Api.Networks;

/// <summary>Networks made, shown, joined, left and removed.</summary>
/// <remarks>Listed in docs/docker-api.md. The engine decides.</remarks>
internal sealed class NetworkRoutes(IContainerEngine engine, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/networks", ListAsync);
        routes.MapPost("/networks/create", CreateAsync);
        routes.MapPost("/networks/prune", PruneAsync);
        routes.MapGet("/networks/{id}", InspectAsync);
        routes.MapDelete("/networks/{id}", RemoveAsync);
        routes.MapPost("/networks/{id}/connect", ConnectAsync);
        routes.MapPost("/networks/{id}/disconnect", DisconnectAsync);
    }

    private Task ListAsync(HttpContext context)
    {
        var fits = NetworkFilter.OfList(context.Request, IsUsed);
        var shown = engine.Networks.List().Where(fits).Select(network => NetworkShape.Of(network, []));
        return context.Response.WriteNodeAsync(
            StatusCodes.Status200OK, new JsonArray([.. shown]), context.RequestAborted);
    }

    private Task InspectAsync(HttpContext context)
    {
        var network = engine.Networks.Get(Named(context));
        return context.Response.WriteNodeAsync(
            StatusCodes.Status200OK, NetworkShape.Of(network, engine.List()), context.RequestAborted);
    }

    private async Task CreateAsync(HttpContext context)
    {
        var body = await JsonFields.ReadAsync(context.Request, context.RequestAborted);
        var made = await engine.Networks.CreateAsync(NetworkBody.Read(body), context.RequestAborted);
        await context.Response.WriteNodeAsync(
            StatusCodes.Status201Created,
            new JsonObject { ["Id"] = made.Id, ["Warning"] = "" },
            context.RequestAborted);
    }

    private async Task RemoveAsync(HttpContext context)
    {
        await engine.Networks.RemoveAsync(Named(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task PruneAsync(HttpContext context)
    {
        var fits = NetworkFilter.OfPrune(context.Request, IsUsed, time.GetUtcNow());
        var removed = new JsonArray();
        foreach (var network in engine.Networks.List().Where(fits))
        {
            try
            {
                await engine.Networks.RemoveAsync(network.Id, context.RequestAborted);
                removed.Add(network.Name);
            }
            catch (ContainerException used) when (used.Fault is ContainerFault.Forbidden or ContainerFault.NotFound)
            {
                // Somebody was quicker to join it, or to remove it.
            }
        }

        await context.Response.WriteNodeAsync(
            StatusCodes.Status200OK, new JsonObject { ["NetworksDeleted"] = removed }, context.RequestAborted);
    }

    private async Task ConnectAsync(HttpContext context)
    {
        var body = await JsonFields.ReadAsync(context.Request, context.RequestAborted);
        var network = engine.Networks.Get(Named(context));
        var container = engine.Get(body.Text("Container"));
        await engine.Networks.ConnectAsync(
            container.Id, EndpointReading.Read(network.Name, body.Object("EndpointConfig")), context.RequestAborted);
    }

    private async Task DisconnectAsync(HttpContext context)
    {
        var body = await JsonFields.ReadAsync(context.Request, context.RequestAborted);
        var container = engine.Get(body.Text("Container"));
        await engine.Networks.DisconnectAsync(container.Id, Named(context), context.RequestAborted);
    }

    private bool IsUsed(NetworkDefinition network) =>
        engine.List().Any(container => NetworkShape.EndpointIn(network, container) is not null);

    private static string Named(HttpContext context) => (string)context.Request.RouteValues["id"]!;
}

using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Swarm.Api.Containers;
using Swarm.Api.Http;
using Swarm.Api.Networks;
using Swarm.Runtime;

namespace Swarm.Api.Volumes;

/// <summary>Volumes made, shown and removed by hand.</summary>
/// <remarks>Listed in docs/docker-api.md.</remarks>
internal sealed class VolumeRoutes(IContainerEngine engine)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/volumes", ListAsync);
        routes.MapPost("/volumes/create", CreateAsync);
        routes.MapPost("/volumes/prune", PruneAsync);
        routes.MapGet("/volumes/{name}", InspectAsync);
        routes.MapDelete("/volumes/{name}", RemoveAsync);
    }

    private Task ListAsync(HttpContext context)
    {
        var filters = Filters.Read(context.Request, "dangling", "driver", "label", "name");
        var dangling = filters.Flag("dangling");
        var fitting = engine.Volumes.List().Where(volume => filters.FitsLabels(volume.Definition.Labels)
            && filters.Fits("name", name => NetworkFilter.Matches(volume.Name, name))
            && filters.Fits("driver", driver => driver == VolumeReading.Driver)
            && (dangling is null || dangling == volume.Users.IsEmpty));
        return context.Response.WriteNodeAsync(
            StatusCodes.Status200OK,
            new JsonObject
            {
                ["Volumes"] = new JsonArray([.. fitting.Select(VolumeDocument.Of)]),
                ["Warnings"] = null,
            },
            context.RequestAborted);
    }

    private async Task CreateAsync(HttpContext context)
    {
        var definition = VolumeReading.Read(await JsonFields.ReadAsync(context.Request, context.RequestAborted));
        var volume = await ToldAsync(() => engine.Volumes.CreateAsync(definition, context.RequestAborted));
        await context.Response.WriteNodeAsync(
            StatusCodes.Status201Created, VolumeDocument.Of(volume), context.RequestAborted);
    }

    private Task InspectAsync(HttpContext context)
    {
        var name = NameOf(context);
        var volume = engine.Volumes.Find(name)
            ?? throw new ApiException(StatusCodes.Status404NotFound, $"get {name}: no such volume");
        return context.Response.WriteNodeAsync(
            StatusCodes.Status200OK, VolumeDocument.Of(volume), context.RequestAborted);
    }

    private async Task RemoveAsync(HttpContext context)
    {
        try
        {
            await ToldAsync(async () =>
            {
                await engine.Volumes.RemoveAsync(NameOf(context), context.RequestAborted);
                return true;
            });
        }
        catch (ApiException missing) when (
            missing.Status == StatusCodes.Status404NotFound && QueryFlag.IsSet(context.Request.Query["force"]))
        {
            // It is not there: as was wanted.
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task PruneAsync(HttpContext context)
    {
        var filters = Filters.Read(context.Request, "all", "label", "label!");
        // Clients of before mean all of them, and ask their users so.
        var isAll = filters.Flag("all") ?? ApiVersion.IsBefore(context, 42);
        var pruned = await ToldAsync(() => engine.Volumes.PruneAsync(
            volume => (isAll || volume.IsAnonymous)
                && filters.FitsLabels(volume.Definition.Labels)
                && !filters["label!"].Any(label => Filters.HasLabel(volume.Definition.Labels, label)),
            context.RequestAborted));
        await context.Response.WriteNodeAsync(
            StatusCodes.Status200OK,
            new JsonObject
            {
                ["VolumesDeleted"] = new JsonArray([.. pruned.Removed]),
                ["SpaceReclaimed"] = pruned.Freed.Value,
            },
            context.RequestAborted);
    }

    private static string NameOf(HttpContext context) => (string)context.Request.RouteValues["name"]!;

    private static async Task<T> ToldAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (ContainerException refused)
        {
            throw new ApiException(ContainerDesk.StatusOf(refused.Fault), refused.Message);
        }
    }
}

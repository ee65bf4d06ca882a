using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Swarm.Api.Http;

namespace Swarm.Api.Containers;

/// <summary>Containers paused, renamed, and looked into.</summary>
internal sealed class ControlRoutes(ContainerDesk desk)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/containers/{id}/pause", PauseAsync);
        routes.MapPost("/containers/{id}/unpause", UnpauseAsync);
        routes.MapPost("/containers/{id}/rename", RenameAsync);
        routes.MapGet("/containers/{id}/top", ListProcessesAsync);
        routes.MapGet("/containers/{id}/export", ExportAsync);
    }

    private async Task PauseAsync(HttpContext context)
    {
        var container = desk.Engine.Get(context.NamedContainer());
        await desk.RefuseRestartingAsync(container, context.RequestAborted);
        await desk.Engine.Controls.PauseAsync(container.Id, context.RequestAborted);
        desk.Engine.Events.Publish(container, "pause");
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task UnpauseAsync(HttpContext context)
    {
        var container = desk.Engine.Get(context.NamedContainer());
        await desk.Engine.Controls.UnpauseAsync(container.Id, context.RequestAborted);
        desk.Engine.Events.Publish(container, "unpause");
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task RenameAsync(HttpContext context)
    {
        var container = desk.Engine.Get(context.NamedContainer());
        var name = context.Request.Query.Text("name").TrimStart('/');
        if (name == container.Definition.Name)
        {
            throw new ApiException(
                StatusCodes.Status400BadRequest, "Renaming a container with the same name as its current name");
        }

        try
        {
            ContainerNames.Require(name, desk.Engine.List());
        }
        catch (ApiException refused)
        {
            throw new ApiException(refused.Status, $"Error when allocating new name: {refused.Message}");
        }

        await desk.Engine.Controls.RenameAsync(container.Id, name, context.RequestAborted);
        var renamed = desk.Engine.Find(container.Id) ?? container;
        desk.Engine.Events.Publish(renamed, "rename", ("oldName", $"/{container.Definition.Name}"));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task ListProcessesAsync(HttpContext context)
    {
        var container = desk.Engine.Get(context.NamedContainer());
        await desk.RefuseRestartingAsync(container, context.RequestAborted);
        var arguments = context.Request.Query.Text("ps_args")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var list = await desk.Engine.Usage.ListProcessesAsync(container.Id, [.. arguments], context.RequestAborted);
        desk.Engine.Events.Publish(container, "top");
        await context.Response.WriteNodeAsync(
            StatusCodes.Status200OK,
            new JsonObject
            {
                ["Titles"] = SpecWords.Words(list.Titles),
                ["Processes"] = new JsonArray([.. list.Processes.Select(line => SpecWords.Words(line))]),
            },
            context.RequestAborted);
    }

    private async Task ExportAsync(HttpContext context)
    {
        var container = desk.Engine.Get(context.NamedContainer());
        context.Response.ContentType = "application/x-tar";
        await desk.Engine.Files.ExportAsync(container.Id, context.Response.Body, context.RequestAborted);
        desk.Engine.Events.Publish(container, "export");
    }
}

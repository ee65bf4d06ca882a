using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Swarm.Api.Http;
using Swarm.Images.Trees;
using Swarm.Runtime;
using Swarm.Runtime.Files;

namespace Swarm.Api.Containers;

/// <summary>Files carried into containers and out of them (<c>docker cp</c>), and what containers changed of their
/// images.</summary>
internal sealed class ArchiveRoutes(ContainerDesk desk)
{
    private const string StatusHeader = "X-Docker-Container-Path-Stat";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/containers/{id}/archive", [HttpMethods.Head], LookAsync);
        routes.MapGet("/containers/{id}/archive", ReadAsync);
        routes.MapPut("/containers/{id}/archive", WriteAsync);
        routes.MapGet("/containers/{id}/changes", FindChangesAsync);
    }

    private async Task LookAsync(HttpContext context)
    {
        var container = desk.Engine.Get(context.NamedContainer());
        await ShowAsync(context, container, PathOf(context.Request));
    }

    private async Task ReadAsync(HttpContext context)
    {
        var container = desk.Engine.Get(context.NamedContainer());
        var path = PathOf(context.Request);
        await ShowAsync(context, container, path);
        context.Response.ContentType = "application/x-tar";
        await desk.Engine.Files.ReadArchiveAsync(container.Id, path, context.Response.Body, context.RequestAborted);
        desk.Engine.Events.Publish(container, "archive-path");
    }

    private async Task WriteAsync(HttpContext context)
    {
        var container = desk.Engine.Get(context.NamedContainer());
        var query = context.Request.Query;
        // As in Docker: only a container that has a user of its own gives the files to him.
        var isOwned = QueryFlag.IsSet(query["copyUIDGID"])
            && (container.Definition.Spec.User ?? desk.FindImage(container)?.Configuration.User) is { Length: > 0 };
        var rules = new UnpackRules(
            QueryFlag.IsSet(query["noOverwriteDirNonDir"]),
            isOwned ? desk.Engine.Files.OwnerOf(container.Id) : null);
        await desk.Engine.Files.WriteArchiveAsync(
            container.Id, PathOf(context.Request), context.Request.Body, rules, context.RequestAborted);
        desk.Engine.Events.Publish(container, "extract-to-dir");
    }

    private async Task FindChangesAsync(HttpContext context)
    {
        var container = desk.Engine.Get(context.NamedContainer());
        var changes = await desk.Engine.Files.FindChangesAsync(container.Id, context.RequestAborted);
        await context.Response.WriteNodeAsync(
            StatusCodes.Status200OK,
            new JsonArray([.. changes.Select(change => new JsonObject
            {
                ["Path"] = change.Path,
                ["Kind"] = (int)change.Kind,
            })]),
            context.RequestAborted);
    }

    private async Task ShowAsync(HttpContext context, ContainerState container, string path)
    {
        FileEntry entry = await desk.Engine.Files.FindAsync(container.Id, path, context.RequestAborted);
        context.Response.Headers[StatusHeader] = PathStatus.Write(entry);
    }

    private static string PathOf(HttpRequest request) => request.Query.Text("path") is { Length: > 0 } path
        ? path
        : throw new ApiException(StatusCodes.Status400BadRequest, "missing parameter: path");
}

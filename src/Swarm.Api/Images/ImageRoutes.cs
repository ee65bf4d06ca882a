using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Swarm.Api.Http;
using Swarm.Core.Images;
using Swarm.Images;
using Swarm.Runtime;

namespace Swarm.Api.Images;

/// <summary>The images of this host, as the Docker Engine API shows them.</summary>
/// <remarks>Listed in docs/docker-api.md. Names hold slashes, so what follows a name is found by its end.</remarks>
internal sealed class ImageRoutes(IImageStore store, IContainerEngine engine, IImageNames names)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/images/load", LoadAsync);
        routes.MapPost("/images/create", CreateAsync);
        routes.MapGet("/images/json", ListAsync);
        routes.MapGet("/images/{**rest}", context => OfAsync(context, "/json", InspectAsync));
        routes.MapPost("/images/{**rest}", context => OfAsync(context, "/tag", TagAsync));
        routes.MapDelete("/images/{**rest}", context => OfAsync(context, "", RemoveAsync));
    }

    private static Task OfAsync(HttpContext context, string end, Func<HttpContext, string, Task> answer)
    {
        var rest = (string?)context.Request.RouteValues["rest"] ?? "";
        if (rest.Length > end.Length && rest.EndsWith(end, StringComparison.Ordinal))
        {
            return answer(context, rest[..^end.Length]);
        }

        var (status, message) = UnknownRoutes.Explain(context.Request);
        throw new ApiException(status, message);
    }

    private async Task LoadAsync(HttpContext context)
    {
        var loaded = await store.LoadAsync(context.Request.Body, context.RequestAborted);
        foreach (var image in loaded)
        {
            if (image.Names.IsEmpty)
                await WriteAsync(context, new ProgressLine { Stream = $"Loaded image ID: {image.Id}\n" });
            foreach (var name in image.Names)
            {
                await WriteAsync(context, new ProgressLine { Stream = $"Loaded image: {name.Familiar}\n" });
                await WarnAsync(context, await names.NameAsync(name, image.Id, context.RequestAborted));
            }
        }
    }

    private async Task CreateAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (query.ContainsKey("fromImage"))
        {
            throw new ApiException(
                StatusCodes.Status501NotImplemented,
                "pulling from a registry is not supported by this version of Swarm");
        }

        if (query["fromSrc"] != "-")
        {
            throw new ApiException(StatusCodes.Status400BadRequest, "fromSrc must be -: the tar comes in the body");
        }

        var repository = query["repo"].ToString();
        var name = repository.Length == 0 ? null : NameOf(repository, query["tag"].ToString());
        var configuration = ImageChanges.Apply(
            new ImageConfiguration(),
            query["changes"].SelectMany(change => (change ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        var image = await store.ImportAsync(context.Request.Body, name, configuration, context.RequestAborted);
        await WriteAsync(context, new ProgressLine { Status = image.Id.Value });
        if (name is not null) await WarnAsync(context, await names.NameAsync(name, image.Id, context.RequestAborted));
    }

    private Task ListAsync(HttpContext context)
    {
        if (context.Request.Query["filters"].ToString() is { Length: > 0 } filters && filters != "{}")
        {
            throw new ApiException(StatusCodes.Status501NotImplemented, $"filters are not supported yet: {filters}");
        }

        var all = QueryFlag.IsSet(context.Request.Query["all"]);
        var shown = store.List().Where(image => all || !image.IsIntermediate);
        return context.Response.WriteAnswerAsync(
            StatusCodes.Status200OK, [.. shown.Select(ImageShapes.Line)], ApiJson.Plain.ImageLineArray,
            context.RequestAborted);
    }

    private Task InspectAsync(HttpContext context, string name)
    {
        var image = store.Find(name) ?? throw NoSuchImage(name);
        return context.Response.WriteAnswerAsync(
            StatusCodes.Status200OK, ImageShapes.Details(image), ApiJson.Plain.ImageDetails, context.RequestAborted);
    }

    private async Task TagAsync(HttpContext context, string image)
    {
        var name = NameOf(context.Request.Query["repo"].ToString(), context.Request.Query["tag"].ToString());
        var tagged = store.Tag(image, name);
        await names.NameAsync(name, tagged.Id, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status201Created;
    }

    private async Task RemoveAsync(HttpContext context, string name)
    {
        var force = QueryFlag.IsSet(context.Request.Query["force"]);
        var removal = store.Remove(name, force, engine.ImagesInUse);
        foreach (var untagged in removal.Untagged) await names.UnnameAsync(untagged, context.RequestAborted);

        RemovedLine[] lines =
        [
            .. removal.Untagged.Select(untagged => new RemovedLine { Untagged = untagged.Familiar }),
            .. removal.Deleted.Select(deleted => new RemovedLine { Deleted = deleted.Value }),
        ];
        await context.Response.WriteAnswerAsync(
            StatusCodes.Status200OK, lines, ApiJson.Plain.RemovedLineArray, context.RequestAborted);
    }

    private static Task WriteAsync(HttpContext context, ProgressLine line) => context.Response.WriteAnswerAsync(
        StatusCodes.Status200OK, line, ApiJson.Plain.ProgressLine, context.RequestAborted);

    private static Task WarnAsync(HttpContext context, string? reason) => reason is null
        ? Task.CompletedTask
        : WriteAsync(
            context, new ProgressLine { Status = $"Warning: the cluster does not know the name yet: {reason}" });

    private static ImageReference NameOf(string repository, string tag) =>
        ImageReference.TryParse(tag.Length == 0 ? repository : $"{repository}:{tag}", out var name, out var error)
            ? name
            : throw new ApiException(StatusCodes.Status400BadRequest, error);

    private static ImageException NoSuchImage(string name) => new(ImageFault.NotFound, $"No such image: {name}");
}

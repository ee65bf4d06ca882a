using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Swarm.Api.Http;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images;
using Swarm.Images.Peers;
using Swarm.Runtime;
using Swarm.Runtime.Images;

namespace Swarm.Api.Images;

/// <summary>The images of this host: listed, shown, named, removed.</summary>
/// <remarks>Listed in docs/docker-api.md.</remarks>
internal sealed class ImageRoutes(
    HostImages images, IContainerEngine engine, IImageNames names, TransferRoutes transfers, TimeProvider time)
{
    private static readonly ListedImages NoOthers = new([], IsWhole: true);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/images/json", ListAsync);
        routes.MapPost("/images/prune", PruneAsync);
        routes.MapGet("/images/{**rest}", context => NamedImage.AnswerAsync(
            context, ("/json", InspectAsync), ("/history", ShowHistoryAsync), ("/get", transfers.SaveAsync)));
        routes.MapPost("/images/{**rest}", context => NamedImage.AnswerAsync(
            context, ("/tag", TagAsync), ("/push", transfers.PushAsync)));
        routes.MapDelete("/images/{**rest}", context => NamedImage.AnswerAsync(context, ("", RemoveAsync)));
    }

    private Task InspectAsync(HttpContext context, string name) => context.Response.WriteNodeAsync(
        StatusCodes.Status200OK,
        ImageDocument.For(context, ImageDocument.Inspect(Examine(name, PlatformQuery.Read(context, since: 49)))),
        context.RequestAborted);

    private Task ShowHistoryAsync(HttpContext context, string name) => context.Response.WriteNodeAsync(
        StatusCodes.Status200OK,
        ImageHistoryDocument.Of(Examine(name, PlatformQuery.Read(context)), FindDetail), context.RequestAborted);

    private ImageDetail? FindDetail(Digest image)
    {
        try
        {
            return images.Store.Examine(image.Value);
        }
        catch (ImageException gone) when (gone.Fault == ImageFault.NotFound)
        {
            return null;
        }
    }

    private async Task TagAsync(HttpContext context, string image)
    {
        var name = NamedImage.Parse(
            context.Request.Query.Text("repo"), context.Request.Query.Text("tag"));
        if (name.FamiliarRepository == "sha256")
        {
            throw new ApiException(
                StatusCodes.Status400BadRequest,
                "refusing to create an ambiguous tag using digest algorithm as name");
        }

        RequireImage(image);
        var tagged = images.Tag(image, name);
        await names.NameAsync(name, tagged.Id, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status201Created;
    }

    private async Task ListAsync(HttpContext context)
    {
        // Not Docker's: other nodes are asked for it only where somebody wants to know.
        var query = context.Request.Query;
        var isAll = QueryFlag.IsSet(query["others"]);
        var held = isAll || QueryFlag.IsSet(query["nodes"])
            ? (await images.ListOthersAsync(context.RequestAborted)).Images.ToLookup(image => image.Id)
            : null;
        var shared = QueryFlag.IsSet(context.Request.Query["shared-size"]) ? images.Store.MeasureUse().Shared : null;
        var containers = engine.List().CountBy(container => container.ImageId).ToDictionary();
        JsonArray lines = [];
        foreach (var (image, shown) in ImageFilters.Choose(context.Request, images.Store, time.GetUtcNow()))
        {
            Bytes? size = shared?.GetValueOrDefault(image.Id);
            var line = ImageDocument.Line(image, shown, containers.GetValueOrDefault(image.Id), size);
            if (held is not null) line["Nodes"] = 1 + ImageDocument.CountNodes(held[image.Id]);
            lines.Add((JsonNode)ImageDocument.LineFor(context, line));
        }

        foreach (var elsewhere in held ?? Enumerable.Empty<IGrouping<Digest, HeldImage>>())
        {
            if (isAll && images.Store.Find(elsewhere.Key.Value) is null)
                lines.Add((JsonNode)ImageDocument.LineFor(context, ImageDocument.LineOfOthers([.. elsewhere])));
        }

        await context.Response.WriteNodeAsync(StatusCodes.Status200OK, lines, context.RequestAborted);
    }

    private async Task RemoveAsync(HttpContext context, string name)
    {
        RequireImage(name);
        PlatformQuery.Require(images.Store.Find(name), name, PlatformQuery.ReadToRemove(context));
        var removal = images.Remove(name, QueryFlag.IsSet(context.Request.Query["force"]));
        JsonArray lines = [];
        await TellAsync(removal, NoOthers, lines, context.RequestAborted);
        await context.Response.WriteNodeAsync(StatusCodes.Status200OK, lines, context.RequestAborted);
    }

    private async Task PruneAsync(HttpContext context)
    {
        var removals = images.Prune(ImageFilters.ToPrune(context.Request, time.GetUtcNow()));
        // Who prunes one node has had nothing against what others know by that name.
        var others = removals.Any(removal => removal.Untagged.Any(name => name.Tag is not null))
            ? await images.ListOthersAsync(context.RequestAborted)
            : NoOthers;
        JsonArray lines = [];
        foreach (var removal in removals) await TellAsync(removal, others, lines, context.RequestAborted);
        await context.Response.WriteNodeAsync(
            StatusCodes.Status200OK,
            new JsonObject
            {
                ["ImagesDeleted"] = lines,
                ["SpaceReclaimed"] = removals.Sum(removal => removal.Freed.Value),
            },
            context.RequestAborted);
    }

    /// <param name="others">What has the same names on other nodes keeps them; all, where one does not say.</param>
    private async Task TellAsync(
        ImageRemoval removal, ListedImages others, JsonArray lines, CancellationToken cancellation)
    {
        foreach (var untagged in removal.Untagged)
        {
            lines.Add((JsonNode)new JsonObject { ["Untagged"] = untagged.Familiar });
            if (untagged.Tag is not null && others.IsWhole
                && !others.Images.Any(held => held.Id == removal.Image && held.Names.Contains(untagged)))
            {
                await names.UnnameAsync(untagged, removal.Image, cancellation);
            }
        }

        foreach (var deleted in removal.Deleted)
            lines.Add((JsonNode)new JsonObject { ["Deleted"] = deleted.Value });
    }

    private ImageDetail Examine(string name, string? platform)
    {
        RequireImage(name);
        var detail = images.Store.Examine(name);
        PlatformQuery.Require(detail.Image, name, platform);
        return detail;
    }

    /// <summary>In words by which clients know what is missing; what cannot be read is told by the store.</summary>
    private void RequireImage(string name)
    {
        if (images.Store.Find(name) is null && images.Store.Warnings().IsEmpty)
            throw MissingImage.Tell(name);
    }
}

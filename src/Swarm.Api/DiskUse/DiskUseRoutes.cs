using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Swarm.Api.Containers;
using Swarm.Api.Http;
using Swarm.Api.Images;
using Swarm.Api.Volumes;
using Swarm.Images;

namespace Swarm.Api.DiskUse;

/// <summary>What takes the disk of this host: measured when it is asked for.</summary>
internal sealed class DiskUseRoutes(ContainerDesk desk, IImageStore images, TimeProvider time)
{
    private static readonly string[] Known = ["build-cache", "container", "image", "volume"];

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/system/df", WriteAsync);

    private async Task WriteAsync(HttpContext context)
    {
        var asked = context.Request.Query["type"].OfType<string>().ToArray();
        if (asked.FirstOrDefault(kind => !Known.Contains(kind)) is { } unknown)
            throw new ApiException(StatusCodes.Status400BadRequest, $"unknown object type: {unknown}");
        bool IsAsked(string kind) => asked.Length == 0 || asked.Contains(kind);

        var cancellation = context.RequestAborted;
        var answer = new JsonObject();
        var containers = await desk.ListAsync(cancellation);
        if (IsAsked("image")) AddImages(context, answer, containers);
        if (IsAsked("container")) answer["Containers"] = await ContainersAsync(containers, cancellation);
        if (IsAsked("volume")) answer["Volumes"] = await VolumesAsync(cancellation);
        // Nothing is kept for builds beyond the images they make.
        if (IsAsked("build-cache")) answer["BuildCache"] = new JsonArray();
        await context.Response.WriteNodeAsync(StatusCodes.Status200OK, answer, cancellation);
    }

    private void AddImages(HttpContext context, JsonObject answer, IReadOnlyList<ShownContainer> containers)
    {
        var use = images.MeasureUse();
        var users = containers.CountBy(container => container.State.ImageId)
            .ToDictionary(pair => pair.Key, pair => pair.Value);
        answer["LayersSize"] = use.Layers.Value;
        answer["Images"] = new JsonArray(
        [
            .. from image in images.List()
               where !image.IsIntermediate
               select (JsonNode)ImageDocument.LineFor(context, ImageDocument.Line(
                   image, image.Names, users.GetValueOrDefault(image.Id), use.Shared.GetValueOrDefault(image.Id))),
        ]);
    }

    private async Task<JsonArray> ContainersAsync(
        IReadOnlyList<ShownContainer> containers, CancellationToken cancellation)
    {
        var lines = new JsonArray();
        var now = time.GetUtcNow();
        foreach (var shown in containers)
        {
            var sizes = await desk.SizesAsync(shown, cancellation);
            lines.Add(JsonAnswers.ToNode(writer => ContainerSummary.Write(writer, shown, now, sizes)));
        }

        return lines;
    }

    private async Task<JsonArray> VolumesAsync(CancellationToken cancellation)
    {
        var volumes = new JsonArray();
        foreach (var volume in desk.Engine.Volumes.List())
        {
            volumes.Add(VolumeDocument.WithUse(
                volume, await desk.Engine.Volumes.MeasureAsync(volume.Name, cancellation)));
        }

        return volumes;
    }
}

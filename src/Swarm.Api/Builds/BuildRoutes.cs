using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Swarm.Api.Http;
using Swarm.Api.Images;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Runtime.Builds;
using Swarm.Runtime.Images;

namespace Swarm.Api.Builds;

/// <summary>Building images, as Docker's classic builder does.</summary>
/// <remarks>Told in docs/builds.md.</remarks>
internal sealed class BuildRoutes(
    IImageBuilder builder, HostImages images, IImageNames names, TimeProvider time, CancellationToken stopping)
{
    /// <summary>By what names clients say how much of builds may stay.</summary>
    private static readonly string[] Bounds = ["keep-storage", "reserved-space", "max-used-space"];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/build", BuildAsync);
        routes.MapPost("/build/prune", PruneAsync);
    }

    private async Task BuildAsync(HttpContext context)
    {
        var request = BuildReading.Read(context.Request);
        var tags = BuildReading.ReadNames(context.Request);
        var isQuiet = QueryFlag.IsSet(context.Request.Query["q"]);
        var progress = new BuildProgress(context.Response, isQuiet);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            var image = await builder.BuildAsync(request, context.Request.Body, progress, either.Token);
            if (isQuiet) await progress.WriteTextAsync($"{image}\n", either.Token);
            await progress.WriteAsync($"Successfully built {image.Hex[..12]}\n", either.Token);
            foreach (var name in tags) await TagAsync(image, name, progress, either.Token);
        }
        catch (BuildException failed)
        {
            if (await progress.TryFailAsync(failed, context.RequestAborted)) return;
            throw new ApiException(
                failed.IsInvalid ? StatusCodes.Status400BadRequest : StatusCodes.Status500InternalServerError,
                failed.Message);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await progress.TryFailAsync(new BuildException("the node is stopping"), context.RequestAborted);
        }
    }

    private async Task TagAsync(
        Digest image, ImageReference name, BuildProgress progress, CancellationToken cancellation)
    {
        images.Tag(image.Value, name);
        await progress.WriteAsync($"Successfully tagged {name.Familiar}\n", cancellation);
        if (await names.NameAsync(name, image, cancellation) is { } reason)
        {
            await progress.WriteAsync(
                $"Warning: the cluster does not know the name {name.Familiar} yet: {reason}\n", cancellation);
        }
    }

    private async Task PruneAsync(HttpContext context)
    {
        var kept = ReadKept(context.Request.Query);

        // The command sends its filter to every kind of pruning. What is kept of builds has no labels.
        var filters = Filters.Read(context.Request, "until", "label", "label!");
        if (filters.Has("label"))
        {
            await WriteAsync([], default);
            return;
        }

        var before = filters["until"]
            .Select(until => (DateTimeOffset?)QueryTime.Parse("until", until, time.GetUtcNow()))
            .Min();
        try
        {
            var removal = builder.Prune(QueryFlag.IsSet(context.Request.Query["all"]), before, kept);
            await WriteAsync(removal.Deleted, removal.Freed);
        }
        catch (BuildException refused)
        {
            throw new ApiException(StatusCodes.Status409Conflict, refused.Message);
        }

        Task WriteAsync(IEnumerable<Digest> deleted, Bytes freed) => context.Response.WriteNodeAsync(
            StatusCodes.Status200OK,
            new JsonObject
            {
                ["CachesDeleted"] = new JsonArray([.. deleted.Select(id => (JsonNode?)id.Value)]),
                ["SpaceReclaimed"] = freed.Value,
            },
            context.RequestAborted);
    }

    /// <summary>How much may stay. What Docker calls a reserve is a lower bound, and the other one an upper bound: no
    /// more is removed than the first allows.</summary>
    private static Bytes ReadKept(IQueryCollection query)
    {
        if (query.Text("min-free-space") is not ("" or "0"))
        {
            throw new ApiException(
                StatusCodes.Status501NotImplemented, "min-free-space is not supported by this version of Swarm");
        }

        return new Bytes(Bounds.Max(name => Number(name, query.Text(name))));
    }

    private static long Number(string name, string text)
    {
        if (text.Length == 0) return 0;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ApiException(StatusCodes.Status400BadRequest, $"invalid value of {name}: {text}");
    }
}

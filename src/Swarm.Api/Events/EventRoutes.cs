using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Swarm.Api.Connections;
using Swarm.Api.Http;
using Swarm.Core.Images;
using Swarm.Runtime.Events;

namespace Swarm.Api.Events;

/// <summary>What happens on this host, as it happens.</summary>
internal sealed class EventRoutes(EventLog events, TimeProvider time, CancellationToken stopping)
{
    private static readonly string[] Known =
    [
        "config", "container", "daemon", "event", "id", "image", "label", "network", "node", "plugin", "scope",
        "secret", "service", "type", "volume",
    ];

    /// <summary>Found by the beginning of an id or name. Not only things of that kind: as in Docker, who asks for a
    /// container is told of a volume of that name, too.</summary>
    private static readonly string[] Named =
        ["config", "container", "daemon", "network", "node", "plugin", "secret", "service", "volume"];

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/events", WriteAsync);

    private async Task WriteAsync(HttpContext context)
    {
        var filters = Filters.Read(context.Request, Known);
        var now = time.GetUtcNow();
        var since = QueryTime.Read(context.Request, "since", now);
        var until = QueryTime.Read(context.Request, "until", now);
        if (since > until)
        {
            throw new ApiException(
                StatusCodes.Status400BadRequest,
                $"`since` time ({context.Request.Query.Text("since")}) cannot be after `until` time "
                + $"({context.Request.Query.Text("until")})");
        }

        using var listening = events.Listen();
        context.Response.ContentType = "application/json";
        await context.Response.Body.FlushAsync(context.RequestAborted);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        using var deadline = new CancellationTokenSource(
            until is { } end ? end > now ? end - now : TimeSpan.Zero : Timeout.InfiniteTimeSpan, time);
        var sentAll = ClientPresence.SentAll(context);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(either.Token, deadline.Token, sentAll);
        try
        {
            foreach (var happened in listening.Former.Where(happened => since <= happened.At && !(happened.At > until)))
                await WriteAsync(context.Response, happened, filters, either.Token);
            await foreach (var happened in listening.Next.ReadAllAsync(any.Token))
                await WriteAsync(context.Response, happened, filters, either.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            // The answer ends here.
        }
    }

    private static Task WriteAsync(
        HttpResponse response, EngineEvent happened, Filters filters, CancellationToken cancellation) =>
        Fits(filters, happened)
            ? response.WriteLineAsync(Describe(happened), cancellation)
            : Task.CompletedTask;

    private static bool Fits(Filters filters, EngineEvent happened) => filters.FitsLabels(happened.Attributes)
        && filters.Fits("type", kind => happened.Kind == kind)
        && filters.Fits("scope", scope => scope == "local")
        && filters.Fits("id", id => happened.Id.StartsWith(id, StringComparison.Ordinal))
        // An event with a colon is also found by what stands before it.
        && filters.Fits("event", action => happened.Action == action || happened.Action.Split(':')[0] == action)
        && filters.Fits("image", named => IsImage(happened, named))
        && Named.All(key => filters.Fits(key, beginning => IsNamed(happened, beginning)));

    private static bool IsNamed(EngineEvent happened, string beginning) =>
        happened.Id.StartsWith(beginning, StringComparison.Ordinal)
        || happened.Attributes.GetValueOrDefault("name", "").StartsWith(beginning, StringComparison.Ordinal);

    private static bool IsImage(EngineEvent happened, string named)
    {
        var image = happened.Kind == "image"
            ? happened.Attributes.GetValueOrDefault("name", happened.Id)
            : happened.Attributes.GetValueOrDefault("image", "");
        return image == named || WithoutTag(image) == named || happened.Id == named;
    }

    private static string WithoutTag(string image) =>
        ImageReference.TryParse(image, out var name, out _) ? name.FamiliarRepository : image;

    private static JsonObject Describe(EngineEvent happened)
    {
        var attributes = new JsonObject();
        foreach (var (name, value) in happened.Attributes) attributes[name] = value;
        var nanoseconds = (happened.At - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
        var described = new JsonObject();
        // The older way to say what comes below: networks and volumes never had it.
        if (happened.Kind is "container" or "image")
            (described["status"], described["id"]) = (happened.Action, happened.Id);
        described["Type"] = happened.Kind;
        described["Action"] = happened.Action;
        described["Actor"] = new JsonObject { ["ID"] = happened.Id, ["Attributes"] = attributes };
        described["scope"] = "local";
        described["time"] = happened.At.ToUnixTimeSeconds();
        described["timeNano"] = nanoseconds;
        if (happened.From.Length > 0) described["from"] = happened.From;
        return described;
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Swarm.Api.Http;
using Swarm.Api.Nodes;
using Swarm.Cluster.Nodes;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime;
using Swarm.Runtime.Bundles;
using Swarm.Runtime.Nodes;

namespace Swarm.Api.Containers;

/// <summary>Containers made, shown, started, stopped and removed by hand.</summary>
/// <remarks>Listed in docs/docker-api.md. The node decides; here requests become questions to it.</remarks>
internal sealed class ContainerRoutes(ContainerDesk desk, NodeFacts node, TimeProvider time)
{
    private readonly ChosenNames _chosen = new(name => desk.Engine.FindNamed(name) is not null);

    private readonly ChangeTurns _turns = new();

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/containers/json", ListAsync);
        routes.MapPost("/containers/create", CreateAsync);
        routes.MapPost("/containers/prune", PruneAsync);
        routes.MapGet("/containers/{id}/json", InspectAsync);
        routes.MapPost("/containers/{id}/start", StartAsync);
        routes.MapPost("/containers/{id}/stop", StopAsync);
        routes.MapPost("/containers/{id}/restart", RestartAsync);
        routes.MapPost("/containers/{id}/kill", KillAsync);
        routes.MapPost("/containers/{id}/update", UpdateAsync);
        routes.MapDelete("/containers/{id}", RemoveAsync);
        routes.MapDelete("/containers/{id}/{alias}", RemoveLinkAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var all = await desk.ListAsync(context.RequestAborted);
        var now = time.GetUtcNow();
        var chosen = ContainerList.Choose(context.Request, all, desk.MadeFrom).ToList();
        // Before the answer begins: to measure may be refused.
        var sizes = new Dictionary<ContainerId, ContainerSizes>();
        if (QueryFlag.IsSet(context.Request.Query["size"]))
        {
            foreach (var shown in chosen)
                sizes[shown.State.Id] = await desk.SizesAsync(shown, context.RequestAborted);
        }

        await context.Response.WriteListAsync(
            StatusCodes.Status200OK, chosen, Write, context.RequestAborted);

        void Write(Utf8JsonWriter writer, ShownContainer shown) =>
            ContainerSummary.Write(writer, shown, now, sizes.GetValueOrDefault(shown.State.Id));
    }

    private async Task CreateAsync(HttpContext context)
    {
        var asked = await JsonFields.ReadAsync(context.Request, context.RequestAborted);
        CanonicalNames.Give(asked);
        var host = asked.Object("HostConfig");
        ConsoleSizeReading.DropWhereNotMeant(context, host);
        UnsupportedFields.DropWhereGone(context, host);
        NamespaceReading.ShareWhereMeant(context, host);
        var discarded = DiscardedLimits.TakeOut(host, node);
        var (spec, settings) = ContainerReading.Read(
            asked,
            // Not 404: clients take that for an image that is missing.
            named => desk.Engine.FindNamed(named)?.Id ?? throw new ApiException(
                StatusCodes.Status400BadRequest, ContainerFinder.Missing(named).Message));
        var given = context.Request.Query.Text("name").TrimStart('/');
        var name = given.Length > 0 ? given : _chosen.Choose();
        try
        {
            await CreateAsync(context, name, asked, spec, settings, discarded);
        }
        finally
        {
            if (given.Length == 0) _chosen.GiveBack(name);
        }
    }

    private async Task CreateAsync(
        HttpContext context, string name, JsonFields asked, ContainerSpec spec, StandaloneSettings settings,
        IEnumerable<string> discarded)
    {
        ContainerNames.Require(name, desk.Engine.List());
        var image = desk.RequireImage(spec.Image, context.Request.Query.Text("platform"));
        spec = ContainerReading.OverImage(spec, asked, image.Configuration);
        var id = ContainerDesk.NewId();
        await desk.AskAsync(
            new CreateStandalone(new ContainerDefinition(id, name, spec), settings), context.RequestAborted);
        await context.Response.WriteNodeAsync(
            StatusCodes.Status201Created,
            new JsonObject
            {
                ["Id"] = id.Value,
                ["Warnings"] = SpecWords.Words(
                    NetworkReading.Warnings(asked.Object("HostConfig")).Concat(discarded)),
            },
            context.RequestAborted);
    }

    private async Task InspectAsync(HttpContext context)
    {
        var shown = await desk.ShowAsync(context.NamedContainer(), context.RequestAborted);
        var document = ContainerDocument.Of(shown, node);
        document["ExecIDs"] = desk.Engine.Execs.Of(shown.State.Id) is { IsEmpty: false } execs
            ? SpecWords.Words(execs)
            : null;
        if (QueryFlag.IsSet(context.Request.Query["size"]))
        {
            var sizes = await desk.SizesAsync(shown, context.RequestAborted);
            (document["SizeRw"], document["SizeRootFs"]) = (sizes.Own.Value, sizes.Whole.Value);
        }

        await context.Response.WriteNodeAsync(StatusCodes.Status200OK, document, context.RequestAborted);
    }

    private async Task StartAsync(HttpContext context)
    {
        StartRequest.Require(context.Request);
        var container = desk.Engine.Get(context.NamedContainer());
        try
        {
            await DoAsync(context, new StartByHand(container.Id));
        }
        catch (ApiException refused) when (refused.Status == StatusCodes.Status400BadRequest)
        {
            throw new ApiException(
                StartFaults.StatusOf(refused.Message), StartFaults.Explain(refused.Message));
        }
    }

    private Task StopAsync(HttpContext context)
    {
        var (grace, signal) = WayOf(context.Request);
        var container = desk.Engine.Get(context.NamedContainer());
        return DoAsync(
            context, new StopByHand(container.Id, grace, signal), grace ?? container.Definition.Spec.StopGrace);
    }

    private async Task RestartAsync(HttpContext context)
    {
        var (grace, signal) = WayOf(context.Request);
        var container = desk.Engine.Get(context.NamedContainer());
        await desk.AskAsync(
            new RestartByHand(container.Id, grace, signal), context.RequestAborted,
            grace ?? container.Definition.Spec.StopGrace);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task KillAsync(HttpContext context)
    {
        var signal = SignalOf(context.Request, "KILL");
        var named = context.NamedContainer();
        var container = desk.Engine.FindNamed(named) ?? throw new ApiException(
            StatusCodes.Status404NotFound,
            $"cannot kill container: {named}: {ContainerFinder.Missing(named).Message}");
        try
        {
            await desk.AskAsync(new KillByHand(container.Id, signal), context.RequestAborted);
        }
        catch (ApiException refused) when (refused.Status == StatusCodes.Status409Conflict)
        {
            throw new ApiException(refused.Status, $"cannot kill container: {named}: {refused.Message}");
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task UpdateAsync(HttpContext context)
    {
        var id = desk.Engine.Get(context.NamedContainer()).Id;
        var changes = await JsonFields.ReadAsync(context.Request, context.RequestAborted);
        using var turn = await _turns.TakeAsync(id, context.RequestAborted);
        var shown = await desk.ShowAsync(id.Value, context.RequestAborted);
        UnsupportedFields.DropWhereGone(context, changes);
        CanonicalNames.GiveHost(changes);
        var discarded = DiscardedLimits.TakeOut(changes, node);
        var (settings, limits) = ContainerUpdate.Apply(shown, changes);
        await ChangeAsync(shown.State, settings, limits);
        desk.Engine.Events.Publish(shown.State, "update");
        await context.Response.WriteNodeAsync(
            StatusCodes.Status200OK,
            new JsonObject { ["Warnings"] = SpecWords.Words(discarded) },
            context.RequestAborted);
    }

    /// <remarks>Begun, it comes to its end, be the client there or not: else what holds is not what is shown.</remarks>
    private async Task ChangeAsync(ContainerState before, StandaloneSettings settings, ResourceLimits? limits)
    {
        // First what the kernel may refuse.
        var controls = desk.Engine.Controls;
        if (limits is not null) await controls.SetLimitsAsync(before.Id, limits, CancellationToken.None);
        try
        {
            await desk.AskAsync(new ChangeStandalone(before.Id, settings), CancellationToken.None);
        }
        catch when (limits is not null)
        {
            await controls.SetLimitsAsync(before.Id, before.Definition.Spec.Limits, CancellationToken.None);
            throw;
        }
    }

    private async Task RemoveAsync(HttpContext context)
    {
        var named = context.NamedContainer();
        var query = context.Request.Query;
        if (QueryFlag.IsSet(query["link"]))
        {
            throw new ApiException(
                StatusCodes.Status409Conflict, "Conflict, cannot remove the default link name of the container");
        }

        var container = desk.Engine.Get(named);
        try
        {
            await DoAsync(
                context,
                new RemoveByHand(
                    container.Id, QueryFlag.IsSet(query["force"]), WithVolumes: QueryFlag.IsSet(query["v"])));
        }
        catch (ApiException refused) when (refused.Status == StatusCodes.Status409Conflict)
        {
            throw new ApiException(refused.Status, refused.Message == RemoveByHand.IsUnderWay
                ? $"removal of container {named} is already in progress"
                : $"cannot remove container \"{named}\": {refused.Message}");
        }
    }

    /// <summary>Takes a link away. Who does not say so asks for a container, and none has such a name.</summary>
    private async Task RemoveLinkAsync(HttpContext context)
    {
        var named = context.NamedContainer();
        var alias = (string)context.Request.RouteValues["alias"]!;
        if (!QueryFlag.IsSet(context.Request.Query["link"])) throw ContainerFinder.Missing($"{named}/{alias}");
        await desk.Engine.Controls.UnlinkAsync(desk.Engine.Get(named).Id, alias, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task PruneAsync(HttpContext context)
    {
        var filters = Filters.Read(context.Request, "label", "label!", "until");
        var now = time.GetUtcNow();
        var before = filters["until"].Select(until => (DateTimeOffset?)QueryTime.Parse("until", until, now)).Min();
        var removed = new JsonArray();
        long reclaimed = 0;
        foreach (var container in await desk.ListAsync(context.RequestAborted))
        {
            if (!ContainerUpdate.IsToBePruned(container, filters, before)) continue;
            var size = await desk.SizeAsync(container.State, context.RequestAborted);
            try
            {
                await desk.AskAsync(new RemoveByHand(container.State.Id, Force: false), context.RequestAborted);
            }
            catch (ApiException other) when (
                other.Status is StatusCodes.Status404NotFound or StatusCodes.Status409Conflict)
            {
                continue; // Somebody was quicker to remove it, or to start it.
            }

            reclaimed += size.Value;
            removed.Add(container.State.Id.Value);
        }

        await context.Response.WriteNodeAsync(
            StatusCodes.Status200OK,
            new JsonObject { ["ContainersDeleted"] = removed, ["SpaceReclaimed"] = reclaimed },
            context.RequestAborted);
    }

    /// <summary>Answers with 204 when it was done, with 304 when it was so already.</summary>
    private async Task DoAsync(HttpContext context, IContainerCommand command, TimeSpan grace = default)
    {
        var isChanged = await desk.AskAsync(command, context.RequestAborted, grace);
        context.Response.StatusCode = isChanged ? StatusCodes.Status204NoContent : StatusCodes.Status304NotModified;
    }

    private static (TimeSpan? Grace, int Signal) WayOf(HttpRequest request)
    {
        TimeSpan? grace = QueryNumber.Read(request, "t") is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        return (grace, request.Query.ContainsKey("signal") ? SignalOf(request, "") : 0);
    }

    private static int SignalOf(HttpRequest request, string otherwise)
    {
        var text = request.Query.Text("signal");
        if (text.Length == 0) text = otherwise;
        if (text.Length == 0) return 0;
        return SignalNames.TryParse(text, out var signal)
            ? signal
            : throw new ApiException(StatusCodes.Status400BadRequest, $"Invalid signal: {text}");
    }
}

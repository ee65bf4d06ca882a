using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Swarm.Api.Connections;
using Swarm.Api.Http;
using Swarm.Core;
using Swarm.Runtime;
using Swarm.Runtime.Events;

namespace Swarm.Api.Containers;

/// <summary>Waiting for a container's end, its next end, or its removal.</summary>
/// <remarks>The headers are sent at once: clients begin to wait before they start the container, and must know that
/// nothing can happen unseen.</remarks>
internal sealed class WaitRoutes(ContainerDesk desk, CancellationToken stopping)
{
    private const string NotWaited = "the client has closed its half of the connection, and is not waited for";

    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/containers/{id}/wait", WaitAsync);

    private async Task WaitAsync(HttpContext context)
    {
        var condition = context.Request.Query.Text("condition");
        if (condition is not ("" or "not-running" or "next-exit" or "removed"))
        {
            throw new ApiException(
                StatusCodes.Status400BadRequest, $"invalid condition: \"{condition}\"");
        }

        // From here on nothing is missed; then what has happened already is looked at.
        using var listening = desk.Engine.Events.Listen();
        var shown = await desk.ShowAsync(context.NamedContainer(), context.RequestAborted);
        context.Response.ContentType = "application/json";
        await context.Response.StartAsync(context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        var sentAll = ClientPresence.SentAll(context);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping, sentAll);
        JsonObject answer;
        try
        {
            var code = condition is "" or "not-running" && IsDown(shown)
                ? ContainerDocument.ExitCodeOf(shown)
                : await WaitAsync(listening, shown, condition == "removed", any.Token);
            answer = new JsonObject { ["StatusCode"] = code };
        }
        catch (OperationCanceledException) when (sentAll.IsCancellationRequested)
        {
            answer = new JsonObject { ["StatusCode"] = -1, ["Error"] = new JsonObject { ["Message"] = NotWaited } };
        }

        await context.Response.WriteLineAsync(answer, context.RequestAborted);
    }

    private static bool IsDown(ShownContainer shown) =>
        shown.State.Phase != ContainerPhase.Running && !shown.IsRestarting;

    private async Task<int> WaitAsync(
        EventListening listening, ShownContainer shown, bool isForRemoval, CancellationToken cancellation)
    {
        var id = shown.State.Id.Value;
        var code = shown.State.Exit?.ExitCode ?? 0;
        await foreach (var happened in listening.Next.ReadAllAsync(cancellation))
        {
            if (happened.Kind != "container" || happened.Id != id) continue;
            if (happened is { Action: "die" } && happened.Attributes.TryGetValue("exitCode", out var text))
            {
                code = int.Parse(text, CultureInfo.InvariantCulture);
                if (!isForRemoval) return code;
            }

            if (happened is { Action: "destroy" }) return code;
        }

        // Too much happened at once: what is now, counts.
        return desk.Engine.Find(new ContainerId(id))?.Exit?.ExitCode ?? code;
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Swarm.Api.Connections;
using Swarm.Api.Http;
using Swarm.Runtime;
using Swarm.Runtime.Consoles;

namespace Swarm.Api.Containers;

/// <summary>The streams of containers.</summary>
internal sealed class AttachRoutes(ContainerDesk desk, TimeProvider time, CancellationToken stopping)
{
    private readonly LogWriting _log = new(desk.Engine, time);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/containers/{id}/attach", AttachAsync);
        routes.MapGet("/containers/{id}/attach/ws", AttachByWebSocketAsync);
        routes.MapPost("/containers/{id}/resize", ResizeAsync);
    }

    private Task AttachAsync(HttpContext context)
    {
        var wanted = Wanted.Read(context.Request, desk.Engine.Get(context.NamedContainer()));
        var type = MuxFrame.TypeFor(context, wanted.Container.Definition.Spec.Tty);
        return AttachAsync(wanted, () => HijackedStream.BeginAsync(context, type, stopping));
    }

    private Task AttachByWebSocketAsync(HttpContext context)
    {
        var accepted = WebSocketHandshake.Accept(context.Request.Headers);
        var wanted = Wanted.Read(context.Request, desk.Engine.Get(context.NamedContainer()));
        return AttachAsync(
            wanted with { Log = wanted.Log is { } log ? log with { IsRaw = true } : null },
            () => HijackedStream.BeginWebSocketAsync(context, accepted, stopping));
    }

    private async Task AttachAsync(Wanted wanted, Func<Task<HijackedStream>> begin)
    {
        var container = wanted.Container;
        using var written = wanted.Log is null ? null : desk.Engine.OpenLog(container.Id);
        await using var session = await wanted.OpenAsync(desk.Engine, stopping);
        var begun = time.GetUtcNow();
        desk.Engine.Events.Publish(container, "attach");
        await using var client = await begin();
        if (written is not null)
        {
            var before = wanted.Log! with { Until = begun };
            await _log.WriteAsync(
                client.Output.AsStream(), container.Id, written, before, CancellationToken.None, stopping);
        }

        if (session is null)
        {
            await client.SayGoodbyeAsync();
            return;
        }

        var isDetached = await new ConsoleStreaming(client, session, wanted.Keys).RunAsync(stopping);
        if (isDetached) desk.Engine.Events.Publish(container, "detach");
    }

    private Task ResizeAsync(HttpContext context)
    {
        var container = desk.Engine.Get(context.NamedContainer());
        var size = ExecRoutes.SizeOf(context.Request);
        desk.Engine.Consoles.Resize(container.Id, size);
        desk.Engine.Events.Publish(container, "resize", ("height", $"{size.Rows}"), ("width", $"{size.Columns}"));
        return Task.CompletedTask;
    }

    /// <summary>What one who attaches wants.</summary>
    /// <param name="Streams">Null: none of what is to come.</param>
    private sealed record Wanted(ContainerState Container, ConsoleStreams? Streams, WantedLog? Log, DetachKeys? Keys)
    {
        /// <exception cref="ApiException">It cannot be had; of one that is paused nothing can.</exception>
        public static Wanted Read(HttpRequest request, ContainerState container)
        {
            var query = request.Query;
            var (output, error) = (QueryFlag.IsSet(query["stdout"]), QueryFlag.IsSet(query["stderr"]));
            var (isStreaming, hasLog) = (QueryFlag.IsSet(query["stream"]), QueryFlag.IsSet(query["logs"]));
            var streams = new ConsoleStreams(QueryFlag.IsSet(query["stdin"]), output, error);
            if (hasLog) LogWriting.RequireLog(container);
            var isTerminal = container.Definition.Spec.Tty;
            var keys = DetachKeys.Read(query.Text("detachKeys")); // who names keys that there are not is told
            if (container.IsPaused)
            {
                throw new ApiException(
                    StatusCodes.Status409Conflict,
                    $"Container {container.Definition.Name} is paused, unpause the container before attach");
            }

            return new Wanted(
                container,
                // Who names none is answered as one who wants nothing: with nothing, at once.
                isStreaming && streams is not { Input: false, Output: false, Error: false } ? streams : null,
                hasLog ? new WantedLog(output, error) { IsTerminal = isTerminal } : null,
                isTerminal ? keys : null);
        }

        public async Task<IConsoleSession?> OpenAsync(IContainerEngine engine, CancellationToken cancellation) =>
            Streams is null ? null : await engine.Consoles.AttachAsync(Container.Id, Streams, cancellation);
    }
}

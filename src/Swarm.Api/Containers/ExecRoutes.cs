using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Swarm.Api.Connections;
using Swarm.Api.Http;
using Swarm.Core.Containers;
using Swarm.Runtime;
using Swarm.Runtime.Consoles;
using Swarm.Runtime.Execs;

namespace Swarm.Api.Containers;

/// <summary>Programs that are run in containers beside their own.</summary>
internal sealed class ExecRoutes(ContainerDesk desk, CancellationToken stopping)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/containers/{id}/exec", CreateAsync);
        routes.MapPost("/exec/{id}/start", StartAsync);
        routes.MapPost("/exec/{id}/resize", ResizeExecAsync);
        routes.MapGet("/exec/{id}/json", InspectAsync);
    }

    private async Task CreateAsync(HttpContext context)
    {
        var container = desk.Engine.Get(context.NamedContainer());
        await desk.RefuseRestartingAsync(container, context.RequestAborted);
        var asked = await JsonFields.ReadAsync(context.Request, context.RequestAborted);
        var keys = asked.Text("DetachKeys");
        DetachKeys.Read(keys); // who names keys that there are not is told now
        ConsoleSizeReading.DropWhereNotMeant(context, asked);
        var definition = new ExecDefinition(asked.Words("Cmd") ?? [])
        {
            Streams = new ConsoleStreams(
                asked.Flag("AttachStdin"), asked.Flag("AttachStdout"), asked.Flag("AttachStderr")),
            Tty = asked.Flag("Tty"),
            User = asked.Text("User") is { Length: > 0 } user ? user : null,
            Environment = asked.Words("Env") ?? [],
            WorkingDirectory = asked.Text("WorkingDir") is { Length: > 0 } folder ? folder : null,
            Privileged = asked.Flag("Privileged"),
            DetachKeys = keys,
            Size = ConsoleSizeReading.Read(asked),
        };
        if (definition.Arguments.IsEmpty)
            throw new ApiException(StatusCodes.Status400BadRequest, "no exec command specified");
        var id = desk.Engine.Execs.Create(container.Id, definition);
        desk.Engine.Events.Publish(
            container, $"exec_create: {string.Join(' ', definition.Arguments)}", ("execID", id));
        await context.Response.WriteNodeAsync(
            StatusCodes.Status201Created, new JsonObject { ["Id"] = id }, context.RequestAborted);
    }

    private async Task StartAsync(HttpContext context)
    {
        var exec = Find(context);
        var asked = await JsonFields.ReadAsync(context.Request, context.RequestAborted);
        var container = desk.Engine.Find(exec.Container);
        ConsoleSizeReading.DropWhereNotMeant(context, asked);
        var size = ConsoleSizeReading.Read(asked);
        if (asked.Flag("Detach"))
        {
            Tell(container, exec);
            await desk.Engine.Execs.StartDetachedAsync(exec.Id, size, stopping);
            context.Response.StatusCode = StatusCodes.Status200OK;
            return;
        }

        if (exec.IsRunning || exec.ExitCode is not null)
            throw new ApiException(StatusCodes.Status409Conflict, $"exec {exec.Id} has been started before");

        desk.Engine.Execs.ExpectRunning(exec.Id); // told by the answer's status, which is given away with its head
        // The head first, on its own: some clients lose what comes in one piece with it.
        var type = MuxFrame.TypeFor(context, exec.Definition.Tty);
        await using var client = await HijackedStream.BeginAsync(context, type, stopping);
        IConsoleSession session;
        Tell(container, exec); // before: it may end at once
        try
        {
            session = await desk.Engine.Execs.StartAsync(exec.Id, size, CancellationToken.None);
        }
        catch (ContainerException refused)
        {
            await TellRefusalAsync(client, exec, refused.Message);
            return;
        }

        await using (session)
        {
            var keys = exec.Definition.Tty ? DetachKeys.Read(exec.Definition.DetachKeys) : null;
            var isDetached = await new ConsoleStreaming(client, session, keys).RunAsync(stopping);
            if (isDetached && container is not null)
                desk.Engine.Events.Publish(container, "exec_detach", ("execID", exec.Id));
        }
    }

    /// <summary>A program that could not be started: the client reads why as its output, and asks for its exit
    /// code.</summary>
    private async Task TellRefusalAsync(HijackedStream client, ExecState exec, string reason)
    {
        var text = System.Text.Encoding.UTF8.GetBytes(reason + "\r\n");
        var head = new byte[exec.Definition.Tty ? 0 : MuxFrame.HeadLength];
        if (head.Length > 0) MuxFrame.WriteHead(head, (int)ConsoleStream.Output, text.Length);
        await client.Output.WriteAsync((byte[])[.. head, .. text], stopping);
    }

    private void Tell(ContainerState? container, ExecState exec)
    {
        if (container is null) return;
        desk.Engine.Events.Publish(
            container, $"exec_start: {string.Join(' ', exec.Definition.Arguments)}", ("execID", exec.Id));
    }

    private Task ResizeExecAsync(HttpContext context)
    {
        desk.Engine.Execs.Resize(Find(context).Id, SizeOf(context.Request));
        return Task.CompletedTask;
    }

    private Task InspectAsync(HttpContext context)
    {
        var exec = Find(context);
        var definition = exec.Definition;
        return context.Response.WriteNodeAsync(
            StatusCodes.Status200OK,
            new JsonObject
            {
                ["ID"] = exec.Id,
                ["Running"] = exec.IsRunning,
                ["ExitCode"] = exec.ExitCode,
                ["ProcessConfig"] = new JsonObject
                {
                    ["tty"] = definition.Tty,
                    ["entrypoint"] = definition.Arguments.FirstOrDefault() ?? "",
                    ["arguments"] = SpecWords.Words(definition.Arguments.Skip(1)),
                    ["privileged"] = definition.Privileged,
                    ["user"] = definition.User ?? "",
                },
                ["OpenStdin"] = definition.Streams.Input,
                ["OpenStdout"] = definition.Streams.Output,
                ["OpenStderr"] = definition.Streams.Error,
                ["CanRemove"] = exec.ExitCode is not null,
                ["ContainerID"] = exec.Container.Value,
                // As bytes, which JSON has as base64.
                ["DetachKeys"] = definition.DetachKeys is { Length: > 0 } keys
                    ? Convert.ToBase64String(DetachKeys.Read(keys).Bytes)
                    : "",
                ["Pid"] = exec.Pid,
            },
            context.RequestAborted);
    }

    private ExecState Find(HttpContext context)
    {
        var id = (string)context.Request.RouteValues["id"]!;
        return desk.Engine.Execs.Find(id)
            ?? throw new ApiException(StatusCodes.Status404NotFound, $"No such exec instance: {id}");
    }

    public static ConsoleSize SizeOf(HttpRequest request) => new(
        QueryNumber.Read(request, "h") ?? throw Invalid("h"), QueryNumber.Read(request, "w") ?? throw Invalid("w"));

    private static ApiException Invalid(string name) =>
        new(StatusCodes.Status400BadRequest, $"no value of {name} was given: the size of the terminal");
}

using System.Text.Json.Nodes;
using Swarm.Cli.Commands;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Services;

namespace Swarm.Cli.Output;

internal static class TaskViews
{
    public static string[] Row(TaskRow row, DateTimeOffset now) =>
    [
        Name(row), row.Task.Container?.Id.Short ?? "", row.Node, Texts.Word(row.Task.Desired),
        State(row.Task, now), Reason(row.Task), string.Join(", ", row.Task.Container?.Addresses ?? []),
        string.Join(", ", Ports(row).Select(Texts.Port)),
    ];

    /// <summary>Of a periodic job with the number of its run.</summary>
    private static string Name(TaskRow row) => row.Task.Run == 0
        ? $"{row.Service}.{row.Task.Slot}"
        : $"{row.Service}.{row.Task.Run}.{row.Task.Slot}";

    private static string State(ServiceTask task, DateTimeOffset now) =>
        $"{Texts.Word(task.State)} {Texts.Ago(now - task.ChangedAt)}" + task.Container?.Restarts switch
        {
            null or 0 => "",
            1 => ", 1 restart",
            var restarts => $", {restarts} restarts",
        };

    private static string Reason(ServiceTask task) => task switch
    {
        { Leaving.Length: > 0, State: < TaskState.Complete } => $"gives way: {task.Leaving}",
        { Reason.Length: > 0 } => task.Reason,
        // One that was asked to stop ended as it was asked to, whatever its code.
        { State: > TaskState.Complete and not TaskState.Shutdown, Container.ExitCode: { } code and not 0 } =>
            $"exit code {code}",
        _ => "",
    };

    /// <summary>Ports of hosts that lead to a running task: its own, and those it shares with the others of its
    /// service.</summary>
    private static IEnumerable<PublishedPort> Ports(TaskRow row) =>
        (row.Task.Container?.Ports ?? []).Concat(row.Task.State == TaskState.Running ? row.IngressPorts : []);

    /// <summary>One that is still on a node which is to be left.</summary>
    public static JsonNode Staying(ServiceName service, ServiceTask task) => new JsonObject
    {
        ["service"] = service.Value,
        ["slot"] = task.Slot,
        ["id"] = task.Id.Value,
        ["state"] = Texts.Word(task.State),
        ["reason"] = Reason(task),
    };

    public static JsonNode Json(TaskRow row) => new JsonObject
    {
        ["name"] = Name(row),
        ["id"] = row.Task.Id.Value,
        ["service"] = row.Service.Value,
        ["slot"] = row.Task.Slot,
        ["run"] = row.Task.Run == 0 ? null : row.Task.Run,
        ["node"] = row.Task.Node?.Value,
        ["nodeName"] = row.Task.Node is null ? null : row.Node,
        ["desired"] = Texts.Word(row.Task.Desired),
        ["state"] = Texts.Word(row.Task.State),
        ["reason"] = row.Task.Reason,
        ["leaving"] = row.Task.Leaving.Length == 0 ? null : row.Task.Leaving,
        ["version"] = row.Task.SpecVersion,
        ["createdAt"] = Texts.Time(row.Task.CreatedAt),
        ["changedAt"] = Texts.Time(row.Task.ChangedAt),
        ["ingressPorts"] = Texts.Ports([.. row.IngressPorts]),
        ["container"] = row.Task.Container is { } container ? new JsonObject
        {
            ["id"] = container.Id.Value,
            ["exitCode"] = container.ExitCode,
            ["outOfMemory"] = container.OutOfMemory,
            ["restarts"] = container.Restarts,
            ["startedAt"] = container.StartedAt is { } started ? Texts.Time(started) : null,
            ["finishedAt"] = container.FinishedAt is { } finished ? Texts.Time(finished) : null,
            ["addresses"] = Texts.Array(container.Addresses),
            ["ports"] = Texts.Ports(container.Ports),
        } : null,
    };
}

using System.Text.Json.Nodes;
using Swarm.Cli.Commands;
using Swarm.Core.Services;

namespace Swarm.Cli.Output;

internal static class TaskViews
{
    public static string[] Row(TaskRow row, DateTimeOffset now) =>
    [
        $"{row.Service}.{row.Task.Slot}", row.Task.Container?.Id.Short ?? "", row.Node, Texts.Word(row.Task.Desired),
        $"{Texts.Word(row.Task.State)} {Texts.Ago(now - row.Task.ChangedAt)}", Reason(row.Task),
        string.Join(", ", row.Task.Container?.Addresses ?? []),
        string.Join(", ", (row.Task.Container?.Ports ?? []).Select(Texts.Port)),
    ];

    private static string Reason(ServiceTask task) => task switch
    {
        { Reason.Length: > 0 } => task.Reason,
        { State: >= TaskState.Complete, Container: { ExitCode: { } code and not 0 } } => $"exit code {code}",
        _ => "",
    };

    public static JsonNode Json(TaskRow row) => Json(row.Task, row.Service.Value, row.Node);

    public static JsonNode Json(ServiceTask task, string service, string? nodeName) => new JsonObject
    {
        ["name"] = $"{service}.{task.Slot}",
        ["id"] = task.Id.Value,
        ["service"] = service,
        ["slot"] = task.Slot,
        ["node"] = task.Node?.Value,
        ["nodeName"] = nodeName,
        ["desired"] = Texts.Word(task.Desired),
        ["state"] = Texts.Word(task.State),
        ["reason"] = task.Reason,
        ["version"] = task.SpecVersion,
        ["createdAt"] = Texts.Time(task.CreatedAt),
        ["changedAt"] = Texts.Time(task.ChangedAt),
        ["container"] = task.Container is { } container ? new JsonObject
        {
            ["id"] = container.Id.Value,
            ["exitCode"] = container.ExitCode,
            ["outOfMemory"] = container.OutOfMemory,
            ["restarts"] = container.Restarts,
            ["addresses"] = Texts.Array(container.Addresses),
            ["ports"] = Texts.Ports(container.Ports),
        } : null,
    };
}

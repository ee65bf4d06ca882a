using System.Text.Json.Nodes;
using Swarm.Client.Images;
using Swarm.Cli.Commands;
using Swarm.Core.Nodes;
using Swarm.Core.Services;

namespace Swarm.Cli.Output;

internal static class ServiceViews
{
    public static string[] Row(ServiceListing service) =>
    [
        service.Name.Value, service.Stack, Texts.Mode(service.Mode),
        service.Mode is ServiceMode.ReplicatedJob
            ? $"{service.Running}/{service.Desired} ({service.Completed} completed)"
            : $"{service.Running}/{service.Desired}",
        service.Image, string.Join(", ", service.Ports.Select(Texts.Port)),
    ];

    public static JsonNode Json(ServiceListing service) => new JsonObject
    {
        ["name"] = service.Name.Value,
        ["id"] = service.Id.Value,
        ["stack"] = service.Stack,
        ["mode"] = Texts.Mode(service.Mode),
        ["running"] = service.Running,
        ["desired"] = service.Desired,
        ["completed"] = service.Completed,
        ["image"] = service.Image,
        ["update"] = Texts.Word(service.Update),
        ["ports"] = Texts.Ports(service.Ports),
    };
}

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

internal static class NodeViews
{
    public static string[] Row(NodeListing node) =>
    [
        node.Node.Name, node.Node.Id.Value, node.Reachable ? "ready" : "unreachable",
        Texts.Word(node.Settings.Availability), $"{node.RunningTasks}",
        $"{Texts.Cpus(node.Reserved.Cpu)}/{Texts.Cpus(node.Node.Capacity.Cpu)}",
        $"{Texts.Size(node.Reserved.Memory.Value)}/{Texts.Size(node.Node.Capacity.Memory.Value)}", node.Node.Address,
    ];

    public static JsonNode Json(NodeListing node) => new JsonObject
    {
        ["name"] = node.Node.Name,
        ["id"] = node.Node.Id.Value,
        ["address"] = node.Node.Address,
        ["pool"] = node.Node.Pool,
        ["reachable"] = node.Reachable,
        ["availability"] = Texts.Word(node.Settings.Availability),
        ["runningTasks"] = node.RunningTasks,
        ["labels"] = Texts.Map(node.Node.Labels.SetItems(node.Settings.Labels)),
        ["architecture"] = node.Node.Architecture,
        ["kernel"] = node.Node.Kernel,
        ["version"] = node.Node.Version,
        ["milliCpu"] = node.Node.Capacity.Cpu.Value,
        ["memoryBytes"] = node.Node.Capacity.Memory.Value,
        ["reservedMilliCpu"] = node.Reserved.Cpu.Value,
        ["reservedMemoryBytes"] = node.Reserved.Memory.Value,
    };
}

internal static class ImageViews
{
    public static string[] Row(ImageListing image) =>
        [image.Tags.IsEmpty ? "<none>" : string.Join(", ", image.Tags), ShortId(image.Id), Texts.Size(image.SizeBytes),
            Texts.Time(image.CreatedAt)[..19]];

    public static JsonNode Json(ImageListing image) => new JsonObject
    {
        ["id"] = image.Id,
        ["tags"] = Texts.Array(image.Tags),
        ["sizeBytes"] = image.SizeBytes,
        ["createdAt"] = Texts.Time(image.CreatedAt),
    };

    private static string ShortId(string id) =>
        id[(id.IndexOf(':', StringComparison.Ordinal) + 1)..] is { Length: > 12 } digits ? digits[..12] : id;
}

using System.Text.Json.Nodes;
using Swarm.Core.Nodes;

namespace Swarm.Cli.Output;

internal static class NodeViews
{
    public static string[] Row(NodeListing node) =>
    [
        node.Node.Name, node.Node.Id.Value, node.Reachable ? "ready" : "unreachable",
        Texts.Word(node.Settings.Availability), $"{node.RunningTasks}",
        $"{Texts.Cpus(node.Reserved.Cpu)}/{Texts.Cpus(node.Node.Capacity.Cpu)}",
        $"{Texts.Size(node.Reserved.Memory.Value)}/{Texts.Size(node.Node.Capacity.Memory.Value)}", node.Node.Address,
    ];

    /// <summary>What operators have set, in words.</summary>
    public static string Describe(NodeSettings settings) => string.Join(", ",
    [
        Texts.Word(settings.Availability),
        .. settings.Labels.Select(label => $"{label.Key}={label.Value}"),
        .. settings.SystemReserved is { } kept
            ? [$"reserved {Texts.Cpus(kept.Cpu)} CPUs and {Texts.Size(kept.Memory.Value)}"]
            : Array.Empty<string>(),
    ]);

    public static JsonNode Json(NodeListing listed, NodeDetails details)
    {
        var json = Json(listed with { Settings = details.Settings });
        json["registeredAt"] = Texts.Time(details.RegisteredAt);
        json["ownLabels"] = Texts.Map(details.Description.Labels);
        json["setLabels"] = Texts.Map(details.Settings.Labels);
        json["operatingSystem"] = details.Description.OperatingSystem;
        return json;
    }

    public static JsonObject Json(NodeListing node) => new()
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
        ["systemReserved"] = node.Settings.SystemReserved is { } kept ? new JsonObject
        {
            ["milliCpu"] = kept.Cpu.Value,
            ["memoryBytes"] = kept.Memory.Value,
        } : null,
    };
}

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

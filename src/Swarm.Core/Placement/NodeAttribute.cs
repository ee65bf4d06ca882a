using Swarm.Core.Nodes;

namespace Swarm.Core.Placement;

/// <summary>What of a node can be asked for by name.</summary>
internal static class NodeAttribute
{
    public const string Id = "node.id";
    public const string HostName = "node.hostname";
    public const string OperatingSystem = "node.platform.os";
    public const string Architecture = "node.platform.arch";

    /// <summary>What the node's own configuration says, with what was set for it in the cluster over it.</summary>
    private const string NodeLabel = "node.labels.";

    /// <summary>What the node's own configuration says alone, as labels of Docker's engine.</summary>
    private const string EngineLabel = "engine.labels.";

    public static string All { get; } =
        string.Join(", ", Id, HostName, OperatingSystem, Architecture, NodeLabel + "NAME", EngineLabel + "NAME");

    public static bool Exists(string name) =>
        name is Id or HostName or OperatingSystem or Architecture || IsLabel(name);

    public static bool IsLabel(string name) => IsLabel(name, NodeLabel) || IsLabel(name, EngineLabel);

    /// <summary>Nodes of one class may differ in it.</summary>
    public static bool IsOfOneNode(string name) => name is Id or HostName;

    /// <returns>Null for a label that is not set.</returns>
    public static string? Of(string name, NodeDescription node, NodeSettings settings) => name switch
    {
        Id => node.Id.Value,
        HostName => node.Name,
        OperatingSystem => node.OperatingSystem,
        Architecture => KnownArchitecture(node.Architecture),
        _ when IsLabel(name, EngineLabel) => node.Labels.GetValueOrDefault(name[EngineLabel.Length..]),
        _ => settings.Labels.GetValueOrDefault(name[NodeLabel.Length..])
            ?? node.Labels.GetValueOrDefault(name[NodeLabel.Length..]),
    };

    /// <summary>Kernels and images name the same processors differently; the images' names are used.</summary>
    public static string KnownArchitecture(string name) => name.ToUpperInvariant() switch
    {
        "X86_64" => "amd64",
        "AARCH64" => "arm64",
        "ARMV7L" or "ARMHF" => "arm",
        "I386" or "I686" => "386",
        _ => name,
    };

    private static bool IsLabel(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && name.Length > prefix.Length;
}

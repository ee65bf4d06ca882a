using Swarm.Core;
using Swarm.Daemon.Configuration;
using Swarm.Runtime;
using Swarm.Runtime.Networks;

namespace Swarm.Daemon.Host;

/// <summary>Names and folders that keep the nodes of one machine apart: they follow from the
/// node's id and its roots.</summary>
internal static class NodePlaces
{
    /// <summary>Pins the mount namespace; outside of it, so that the next swarmd finds it.</summary>
    public static string NamespacePin(DaemonOptions options) => $"{options.RunRoot}/ns/mnt";

    /// <summary>Mounts and sockets of containers; a tmpfs of its own where the run root is not on one.</summary>
    public static string State(DaemonOptions options) => $"{options.RunRoot}/state";

    public static string NodeFolder(DaemonOptions options) => $"{options.DataRoot}/node";

    /// <summary>What is wanted of containers that do not outlive a restart of the host.</summary>
    public static string PassingContainers(DaemonOptions options) => $"{State(options)}/node";

    /// <summary>Files of builds that go on.</summary>
    public static string Builds(DaemonOptions options) => $"{options.DataRoot}/builds";

    public static EngineOptions Engine(DaemonOptions options, NodeId id) =>
        options.Engine with { CgroupParent = $"/swarm-{id.Value[..8]}" };

    public static NetworkOptions Network(DaemonOptions options, NodeId id) => new()
    {
        NamePrefix = "s" + id.Value[..6],
        NamespaceFolder = $"{State(options)}/netns",
        StateFolder = $"{State(options)}/networks",
        LastingFolder = $"{options.DataRoot}/networks",
        AddressPool = options.Network.AddressPool,
        Mtu = options.Network.Mtu,
        FirstDynamicPort = options.Network.FirstDynamicPort,
        LastDynamicPort = options.Network.LastDynamicPort,
    };
}

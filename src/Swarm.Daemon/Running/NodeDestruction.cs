using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Daemon.Configuration;
using Swarm.Daemon.Host;
using Swarm.Images;
using Swarm.Runtime;
using Swarm.Runtime.Networks;
using Swarm.Runtime.Nodes;

namespace Swarm.Daemon.Running;

/// <summary>Takes everything of a stopped node off this host but images, volumes and the journal.</summary>
internal sealed partial class NodeDestruction(DaemonOptions options, ILoggerFactory logs, TimeProvider time)
{
    private readonly ILogger _logger = logs.CreateLogger<NodeDestruction>();

    public async Task<int> RunAsync(CancellationToken stop)
    {
        var store = new NodeStore(NodePlaces.NodeFolder(options));
        var id = store.Identify(NodeStore.ChooseId);
        using (var images = new ImageStore(options.Images, time, logs.CreateLogger<ImageStore>()))
        await using (var networks = new BridgeNetworkPlane(
            NodePlaces.Network(options, id), logs.CreateLogger<BridgeNetworkPlane>()))
        {
            await using (var engine = new ContainerEngine(NodePlaces.Engine(options, id), images, networks, time, logs))
            {
                await engine.OpenAsync(stop);
                foreach (var container in await engine.DestroyAsync(stop)) LogRemoved(container);
            }

            await networks.DestroyAsync(stop);
        }

        LogDestroyed(id, options.DataRoot);
        return ExitCodes.Stopped;
    }

    [LoggerMessage(LogLevel.Information, "Removed container {Container}")]
    private partial void LogRemoved(ContainerId container);

    [LoggerMessage(LogLevel.Information,
        "Nothing of node {Node} is left on this host but what is in {DataRoot}")]
    private partial void LogDestroyed(NodeId node, string dataRoot);
}

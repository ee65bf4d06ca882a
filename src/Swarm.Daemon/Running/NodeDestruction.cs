using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Daemon.Configuration;
using Swarm.Daemon.Host;
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
        // Nothing is made any more: a host that cannot map users now can be left all the same.
        var leaving = options with { Engine = options.Engine with { Users = null } };
        await using (var parts = await NodeParts.OpenAsync(leaving, id, identity: null, logs, time, stop))
        {
            foreach (var container in await parts.DestroyAsync(stop)) LogRemoved(container);
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

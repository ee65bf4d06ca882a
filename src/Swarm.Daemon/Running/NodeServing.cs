using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Swarm.Api.Images;
using Swarm.Api.Metrics;
using Swarm.Api.Registry;
using Swarm.Api.Web;
using Swarm.Cluster.Hosting;
using Swarm.Daemon.Configuration;
using Swarm.Runtime.Images;

namespace Swarm.Daemon.Running;

/// <summary>What a node serves to clients anywhere: its registry, which is kept clean meanwhile, and its figures.
/// </summary>
internal sealed class NodeServing : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly MetricsRoutes _metrics;
    private readonly Task _collecting;

    public NodeServing(
        DaemonOptions options, NodeParts parts, SwarmCluster cluster, IImageNames names, ILoggerFactory logs,
        TimeProvider time)
    {
        _metrics = new MetricsRoutes(
            parts.Engine, parts.Images, parts.Registry, cluster.CountMembers,
            byCertificate: options.Cluster.Tls is not null);
        var registry = new HostRegistry(
            parts.Registry, parts.Images, parts.Images, options.Registry.PullThrough, _stopping.Token);
        Routes = options.Registry.IsOn
            ? [_metrics, new NodeRegistryRoutes(registry, names, options.Registry.Access, time, logs)]
            : [_metrics];
        _collecting = parts.Registry.RunAsync(_stopping.Token);
    }

    public ImmutableArray<IWebRoutes> Routes { get; }

    /// <summary>Ends it, once nobody is served any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _collecting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _metrics.Dispose();
        _stopping.Dispose();
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using Swarm.Api.Registry;
using Swarm.Api.Web;
using Swarm.Images.Repositories;
using Swarm.Runtime;
using Swarm.Runtime.Images;
using Swarm.Runtime.Usage;

namespace Swarm.Api.Metrics;

/// <summary>The figures of this node, as Prometheus reads them.</summary>
/// <remarks>Each is told in docs/metrics.md.</remarks>
public sealed class MetricsRoutes : IWebRoutes, IDisposable
{
    // What the runtime itself tells of its process.
    private const string ProcessMeter = "System.Runtime";

    private readonly NodeFigures _node;
    private readonly MeterProvider _provider;
    private readonly PeerAccess _access;

    /// <param name="countMembers">Of the cluster, as this node sees it.</param>
    /// <param name="byCertificate">Whether who asks shows a certificate; else it is somebody on this host.</param>
    public MetricsRoutes(
        IContainerEngine engine, HostImages images, INodeRegistry registry,
        Func<(int Reachable, int Unreachable)> countMembers, bool byCertificate)
    {
        _access = new PeerAccess(byCertificate);
        _node = new NodeFigures(engine, images, registry, countMembers);
        _provider = Sdk.CreateMeterProviderBuilder()
            .AddMeter(NodeFigures.MeterName, StartFigures.MeterName, RequestFigures.MeterName, CopyFigures.MeterName,
                DiskFigures.MeterName, ProcessMeter)
            .AddPrometheusExporter(exporter => exporter.ScrapeResponseCacheDurationMilliseconds = 1000)
            .Build();
    }

    /// <inheritdoc/>
    public void Map(IEndpointRouteBuilder routes) => routes.MapPrometheusScrapingEndpoint(
        "/metrics", _provider,
        branch => branch.Use(next => _access.Only(next)), optionsName: null);

    public void Dispose()
    {
        _provider.Dispose();
        _node.Dispose();
    }
}

using System.Diagnostics.Metrics;
using Swarm.Images.Repositories;
using Swarm.Runtime;
using Swarm.Runtime.Images;

namespace Swarm.Api.Metrics;

/// <summary>What there is on this node, looked at when somebody asks.</summary>
/// <remarks>Told in docs/metrics.md.</remarks>
internal sealed class NodeFigures : IDisposable
{
    public const string MeterName = "Swarm.Node";

    private readonly Meter _meter = new(MeterName);

    /// <param name="countMembers">Of the cluster, as this node sees it.</param>
    public NodeFigures(
        IContainerEngine engine, HostImages images, INodeRegistry registry,
        Func<(int Reachable, int Unreachable)> countMembers)
    {
        _meter.CreateObservableGauge(
            "swarm.containers", () => CountContainers(engine), "{container}", "Containers of this node, by state.");
        _meter.CreateObservableGauge(
            "swarm.images", () => images.Store.List().Length, "{image}", "Images of this node.");
        _meter.CreateObservableGauge(
            "swarm.store.size", () => MeasureStore(images, registry), "By",
            "What images take of the disk: blobs as they came, layers unpacked, uploads on their way.");
        _meter.CreateObservableGauge(
            "swarm.registry.uploads", () => registry.MeasureUploads().Count, "{upload}",
            "Uploads to this node's registry that are open.");
        _meter.CreateObservableGauge(
            "swarm.cluster.members", () => CountMembers(countMembers()), "{node}",
            "Members of the cluster as this node sees it, itself included.");
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<int>> CountContainers(IContainerEngine engine)
    {
        var states = engine.List().CountBy(StateOf).ToDictionary(StringComparer.Ordinal);
        // A state that nothing is in is 0, and not unknown.
        return ((string[])["created", "running", "paused", "ended"]).Select(
            state => new Measurement<int>(states.GetValueOrDefault(state), Tag("state", state)));
    }

    private static string StateOf(ContainerState container) => container switch
    {
        { Phase: ContainerPhase.Created } => "created",
        { Phase: ContainerPhase.Running, IsPaused: true } => "paused",
        { Phase: ContainerPhase.Running } => "running",
        _ => "ended",
    };

    private static IEnumerable<Measurement<long>> MeasureStore(HostImages images, INodeRegistry registry) =>
    [
        new(images.Store.MeasureBlobs().Value, Tag("kind", "blobs")),
        new(images.Store.MeasureUse().Layers.Value, Tag("kind", "layers")),
        new(registry.MeasureUploads().Bytes, Tag("kind", "uploads")),
    ];

    private static IEnumerable<Measurement<int>> CountMembers((int Reachable, int Unreachable) members) =>
    [
        new(members.Reachable, Tag("state", "reachable")), new(members.Unreachable, Tag("state", "unreachable")),
    ];

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}

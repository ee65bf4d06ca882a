using Microsoft.Extensions.Logging;
using Swarm.Cluster.Hosting;
using Swarm.Cluster.Images;
using Swarm.Core;
using Swarm.Daemon.Configuration;
using Swarm.Daemon.Host;
using Swarm.Images;
using Swarm.Images.Peers;
using Swarm.Images.Registry;
using Swarm.Images.Repositories;
using Swarm.Runtime;
using Swarm.Runtime.Builds;
using Swarm.Runtime.Images;
using Swarm.Runtime.Networks;
using Swarm.Wire.Security;

namespace Swarm.Daemon.Running;

/// <summary>What a node has on its host, below the cluster: images, networks, and the engine over both. Opened in
/// this order, and closed in the opposite one.</summary>
internal sealed class NodeParts : IAsyncDisposable
{
    private readonly ImageStore _images;
    private readonly ImageRegistries _registries;
    private readonly SocketsHttpHandler _handler;
    private readonly PeerList _peers;
    private readonly PeerImages _peerImages;
    private readonly ClusterImages _cluster;
    private readonly BridgeNetworkPlane _networks;
    private readonly ImageBuilder _builder;

    private NodeParts(
        DaemonOptions options, NodeId id, TlsIdentity? identity, ILoggerFactory logs, TimeProvider time)
    {
        _images = new ImageStore(options.Images, time, logs.CreateLogger<ImageStore>());
        _registries = new ImageRegistries(_images, options.Registries, time, logs.CreateLogger<ImageRegistries>());
        _networks = new BridgeNetworkPlane(
            NodePlaces.Network(options, id), time, logs.CreateLogger<BridgeNetworkPlane>());
        Engine = new ContainerEngine(NodePlaces.Engine(options, id), _images, _networks, time, logs);
        _handler = PeerHandler.Create(identity);
        _peers = new PeerList(id, logs.CreateLogger<PeerList>());
        _peerImages = new PeerImages(
            _images, _registries, _peers, _handler, options.Peers, time, logs.CreateLogger<PeerImages>());
        _cluster = new ClusterImages(_peerImages, logs.CreateLogger<ClusterImages>());
        Images = new HostImages(_images, _registries, Engine, _cluster);
        Registry = new NodeRegistry(_images, options.Registry.Repositories, time, logs.CreateLogger<NodeRegistry>());
        _builder = new ImageBuilder(
            NodePlaces.Builds(options), Engine, _images, _images, new BuildPulls(Images), logs);
        Disk = new HostDisk(_images, _builder, Images, options.Disk.AgeMin, time);
        Copies = new HostCopies(_images, Disk, _cluster);
    }

    /// <summary>What the cluster keeps here.</summary>
    public IImageCopies Copies { get; }

    /// <summary>The disk that all of this is on.</summary>
    public IHostDisk Disk { get; }

    public IImageBuilder Builder => _builder;

    public HostImages Images { get; }

    /// <summary>What this node gives to others.</summary>
    public SharedBlobs Shared => _peerImages.Shared;

    /// <summary>The repositories of this host, as a registry has them.</summary>
    public NodeRegistry Registry { get; }

    /// <summary>Has found again what runs.</summary>
    public ContainerEngine Engine { get; }

    public static async Task<NodeParts> OpenAsync(
        DaemonOptions options, NodeId id, TlsIdentity? identity, ILoggerFactory logs, TimeProvider time,
        CancellationToken cancellation)
    {
        var parts = new NodeParts(options, id, identity, logs, time);
        try
        {
            await parts.Engine.OpenAsync(cancellation);
            await parts._builder.OpenAsync(cancellation);
            return parts;
        }
        catch
        {
            await parts.DisposeAsync();
            throw;
        }
    }

    /// <summary>The node is in its cluster, and its lists are whole: images of other nodes can be found.</summary>
    public void Join(SwarmCluster cluster)
    {
        _peers.Join(cluster.Catalog);
        _cluster.Join(cluster.Images);
    }

    /// <summary>Takes every container and network off the host.</summary>
    /// <returns>The containers there were.</returns>
    public async Task<IReadOnlyCollection<ContainerId>> DestroyAsync(CancellationToken cancellation)
    {
        var containers = await Engine.DestroyAsync(cancellation);
        await Engine.DisposeAsync();
        await _networks.DestroyAsync(cancellation);
        return containers;
    }

    /// <summary>Lets go of everything; containers and networks stay.</summary>
    public async ValueTask DisposeAsync()
    {
        _builder.Dispose();
        await Engine.DisposeAsync();
        await _networks.DisposeAsync();
        _peerImages.Dispose();
        _handler.Dispose();
        _registries.Dispose();
        _images.Dispose();
    }
}

using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Swarm.Api;
using Swarm.Api.Images;
using Swarm.Api.Web;
using Swarm.Cluster.Hosting;
using Swarm.Cluster.Nodes;
using Swarm.Core;
using Swarm.Daemon.Configuration;
using Swarm.Daemon.Host;
using Swarm.Runtime.Nodes;
using Swarm.Wire.Security;

namespace Swarm.Daemon.Running;

/// <summary>One node: what it is made of, from the disk up to its interface, and taken down in
/// the opposite order.</summary>
/// <remarks>Drawn in docs/architecture.md.</remarks>
internal sealed partial class NodeDaemon(DaemonOptions options, ILoggerFactory logs, TimeProvider time)
{
    private readonly ILogger _logger = logs.CreateLogger<NodeDaemon>();

    /// <summary>Runs until it is asked to stop. Containers stay as they are.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        using var reserve = DiskReserve.Open(options.DataRoot, time, logs.CreateLogger<DiskReserve>());
        var store = new NodeStore(NodePlaces.NodeFolder(options));
        var id = store.Identify(NodeStore.ChooseId);
        JournalPresence.Check(options.Cluster.Journal, store);
        WorkerCheck.Refuse(options.Cluster.Roles, store);
        LogStarted(HostFacts.Version, options.Identity.Name, id, options.DataRoot);

        using var identity = options.Cluster.Tls is { } files
            ? TlsIdentity.Load(files, PeerRole.Server, time)
            : null;
        using var listener = options.Web is { } http ? WebListener.Open(http) : null;
        await using var parts = await NodeParts.OpenAsync(options, id, identity, logs, time, stop);
        await using var cluster = SwarmCluster.Start(
            options.Cluster,
            started => NodeActors.Create(
                HostFacts.Describe(id, started.Address, listener?.Address, options.Identity),
                new NodeSurroundings(
                    parts.Engine, parts.Images, store,
                    new StandaloneStore(NodePlaces.NodeFolder(options), NodePlaces.PassingContainers(options)),
                    new NodePeers(started.Services, started.Placers, started.Nodes, started.Catalog),
                    options.Node, time, logs)),
            logs, time);
        cluster.FindByDigest = parts.Images.FindByDigestAsync;
        cluster.KeepImages(id, parts.Copies, options.Copies, parts.Disk, options.Disk, time, logs);
        var names = new ClusterImageNames(
            cluster.Images, parts.Images.Store, id, time, logs.CreateLogger<ClusterImageNames>());
        parts.Images.NewlyKnown = names.NameAsync;
        await using var serving = new NodeServing(options, parts, cluster, names, logs, time);
        await using var web = await ServeWebAsync(listener, identity, parts, serving, cluster, stop);
        if (await Task.WhenAny(cluster.Ready, cluster.ActorSystem.WhenTerminated).WaitAsync(stop) != cluster.Ready)
            return ShutOut();
        await cluster.Ready;
        parts.Join(cluster);

        await using var api = await ApiServer.StartAsync(
            options.Api, HostFacts.Show(id, options), parts.Images, parts.Engine,
            parts.Builder,
            names, cluster.Node, cluster.FindFaultAsync, cluster.Warnings, time, logs, stop);
        ServiceSupervisor.Tell("READY=1");
        LogReady(parts.Engine.List().Length, options.Api.SocketPath, cluster.Address, SinceStart());
        return await ServeAsync(cluster, stop);
    }

    /// <summary>Served before the node is ready: it may need from others what they need from it.</summary>
    private async Task<WebServer?> ServeWebAsync(
        WebListener? listener, TlsIdentity? identity, NodeParts parts, NodeServing serving, SwarmCluster cluster,
        CancellationToken stop)
    {
        if (listener is null) return null;
        var server = await WebServer.StartAsync(
            listener, identity, HostFacts.Version,
            [
                new HealthRoutes(async () =>
                    cluster.Ready.IsCompletedSuccessfully ? await cluster.FindFaultAsync() : "the node is starting"),
                new PeerRoutes(parts.Shared, byCertificate: identity is not null),
                .. serving.Routes,
            ],
            logs, stop);
        LogServing(listener.Address);
        return server;
    }

    private async Task<int> ServeAsync(SwarmCluster cluster, CancellationToken stop)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(() => asked.TrySetResult());
        if (await Task.WhenAny(asked.Task, cluster.ActorSystem.WhenTerminated) == asked.Task)
        {
            ServiceSupervisor.Tell("STOPPING=1");
            LogStopping();
            return ExitCodes.Stopped;
        }

        return ShutOut();
    }

    private int ShutOut()
    {
        LogShutOut(ExitCodes.ShutOut);
        return ExitCodes.ShutOut;
    }

    /// <summary>Of the process, which was executed anew on its way into the mount namespace.</summary>
    private long SinceStart() =>
        (long)(time.GetUtcNow() - Process.GetCurrentProcess().StartTime.ToUniversalTime()).TotalMilliseconds;

    [LoggerMessage(LogLevel.Information, "swarmd {Version} started as node {Name} ({Node}), data in {DataRoot}")]
    private partial void LogStarted(string version, string name, NodeId node, string dataRoot);

    [LoggerMessage(LogLevel.Information, "Other nodes and clients are served at {Address}")]
    private partial void LogServing(Uri address);

    [LoggerMessage(LogLevel.Information,
        "Ready in {Milliseconds} ms: {Containers} containers adopted, interface at {Socket}, cluster at {Address}")]
    private partial void LogReady(int containers, string socket, string address, long milliseconds);

    [LoggerMessage(LogLevel.Information, "Asked to stop: leaving the cluster. Containers stay as they are")]
    private partial void LogStopping();

    [LoggerMessage(LogLevel.Error,
        "This node is shut out of its cluster, whose majority it could not reach. Containers stay as they are. "
        + "Ends with exit code {Code}, to be started again and to join anew")]
    private partial void LogShutOut(int code);
}

using Akka.Actor;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Swarm.Api.Builds;
using Swarm.Api.Connections;
using Swarm.Api.Containers;
using Swarm.Api.DiskUse;
using Swarm.Api.Events;
using Swarm.Api.Http;
using Swarm.Api.Images;
using Swarm.Api.Networks;
using Swarm.Api.Nodes;
using Swarm.Api.Volumes;
using Swarm.Cluster.Nodes;
using Swarm.Linux.Watching;
using Swarm.Runtime;
using Swarm.Runtime.Builds;
using Swarm.Runtime.Images;
using Swarm.Wire.Security;

namespace Swarm.Api;

/// <summary>HTTP on this node's unix socket, and by TLS where other hosts shall reach it.</summary>
/// <remarks>What is served: docs/docker-api.md.</remarks>
public sealed partial class ApiServer : IAsyncDisposable
{
    /// <summary>Bytes of a request's line, and of its headers. https://pkg.go.dev/net/http#DefaultMaxHeaderBytes
    /// </summary>
    private const int RequestHeadMax = 1 << 20;

    private const int RequestHeadersMax = 10_000;

    /// <summary>Connections that wait to be taken: a client that does not wait gets an error beyond it. The kernel
    /// holds it to net.core.somaxconn, which has this value.</summary>
    private const int BacklogMax = 4096;

    private readonly WebApplication _application;
    private readonly string _socket;
    private readonly TlsIdentity? _identity;
    private readonly DescriptorWatch _hangUps;
    private readonly CancellationTokenSource _stopping;
    private readonly Task _naming;

    private ApiServer(
        WebApplication application, string socket, TlsIdentity? identity, DescriptorWatch hangUps,
        ClusterImageNames names, CancellationTokenSource stopping)
    {
        (_application, _socket, _identity, _stopping) = (application, socket, identity, stopping);
        _hangUps = hangUps;
        _naming = names.RunAsync(_stopping.Token);
    }

    /// <summary>Listens, and brings the cluster's image names up to this host's.</summary>
    /// <param name="host">The images of this host.</param>
    /// <param name="names">What image names mean, for the whole cluster.</param>
    /// <param name="containers">Takes every <see cref="IStandaloneCommand"/>.</param>
    /// <param name="findFault">What keeps the node from its work; null when nothing does.</param>
    /// <param name="warnings">What is wrong with the cluster beyond this node.</param>
    /// <exception cref="IOException">Another process listens there, or the socket cannot be made.</exception>
    /// <exception cref="TlsFilesException">The certificates cannot be used.</exception>
    public static async Task<ApiServer> StartAsync(
        ApiOptions options, NodeFacts node, HostImages host, IContainerEngine engine, IImageBuilder builder,
        ClusterImageNames names,
        IActorRef containers,
        Func<Task<string?>> findFault, Func<IEnumerable<string>> warnings,
        TimeProvider time, ILoggerFactory logs, CancellationToken cancellation)
    {
        var store = host.Store;
        var identity = options.Tcp is { Files: var files } ? TlsIdentity.Load(files, PeerRole.Server, time) : null;
        var stopping = new CancellationTokenSource();
        var desk = new ContainerDesk(containers, engine, store);
        var hangUps = new DescriptorWatch("hang-ups");
        var application = Build(
            kestrel => Listen(kestrel, options, identity, hangUps, time, logs), node, logs, Map, stopping.Token);
        ListeningSocket.Prepare(options.SocketPath);
        await application.StartAsync(cancellation);
        ListeningSocket.Publish(options.SocketPath, options.Group, logs.CreateLogger<ApiServer>());
        if (options.Tcp is { Address: var address }) LogListening(logs.CreateLogger<ApiServer>(), address);
        return new ApiServer(application, options.SocketPath, identity, hangUps, names, stopping);

        void Map(IEndpointRouteBuilder routes)
        {
            new NodeRoutes(node, store, engine, findFault, warnings, time).Map(routes);
            var transfers = new TransferRoutes(host, names, time);
            transfers.Map(routes);
            new ImageRoutes(host, engine, names, transfers, time).Map(routes);
            new RegistryRoutes(host.Registries).Map(routes);
            new BuildRoutes(builder, host, names, time, stopping.Token).Map(routes);
            new BuildKitRefusal(stopping.Token).Map(routes);
            new ContainerRoutes(desk, node, time).Map(routes);
            new NetworkRoutes(engine, time).Map(routes);
            new ControlRoutes(desk).Map(routes);
            new LogRoutes(desk, time, stopping.Token).Map(routes);
            new AttachRoutes(desk, time, stopping.Token).Map(routes);
            new ExecRoutes(desk, stopping.Token).Map(routes);
            new ArchiveRoutes(desk).Map(routes);
            new CommitRoutes(desk, host, names).Map(routes);
            new StatsRoutes(desk, time, stopping.Token).Map(routes);
            new WaitRoutes(desk, stopping.Token).Map(routes);
            new VolumeRoutes(engine).Map(routes);
            new DiskUseRoutes(desk, store, time).Map(routes);
            new EventRoutes(engine.Events, time, stopping.Token).Map(routes);
        }
    }

    public async ValueTask DisposeAsync()
    {
        File.Delete(_socket);
        await _stopping.CancelAsync();
        await _naming.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _application.DisposeAsync();
        _hangUps.Dispose();
        _identity?.Dispose();
        _stopping.Dispose();
    }

    private static void Listen(
        KestrelServerOptions kestrel, ApiOptions options, TlsIdentity? identity, DescriptorWatch hangUps,
        TimeProvider time, ILoggerFactory logs)
    {
        kestrel.ListenUnixSocket(
            ListeningSocket.BindingPath(options.SocketPath),
            listener => ConnectionTakeover.Offer(listener, hangUps, time));
        if (identity is null) return;
        kestrel.Listen(options.Tcp!.Address, listener =>
        {
            new ClientCertificates(identity, logs.CreateLogger<ClientCertificates>()).Demand(listener);
            ConnectionTakeover.Offer(listener, hangUps: null, time);
        });
    }

    private static WebApplication Build(
        Action<KestrelServerOptions> listen, NodeFacts node, ILoggerFactory logs, Action<IEndpointRouteBuilder> map,
        CancellationToken stopping)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logs);
        builder.Services.AddSingleton<IHostLifetime, DaemonLifetime>();
        builder.Services.AddRoutingCore();
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.Backlog = BacklogMax);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null; // an image may be of any size
            kestrel.Limits.MinRequestBodyDataRate = null; // and come as slowly as its disk gives it
            // As Docker: build arguments come in the line, credentials for all registries in the headers.
            kestrel.Limits.MaxRequestLineSize = RequestHeadMax;
            kestrel.Limits.MaxRequestHeadersTotalSize = RequestHeadMax;
            kestrel.Limits.MaxRequestHeaderCount = RequestHeadersMax;
            listen(kestrel);
        });

        var application = builder.Build();
        application.Use(next => context => StoppedStreams.BreakAsync(context, next, stopping));
        application.Use(
            next => context => new ErrorAnswers(logs.CreateLogger<ErrorAnswers>()).AnswerAsync(context, next));
        application.Use(next => context =>
        {
            context.Response.Headers.Server = $"Swarm/{node.Version} (linux)";
            return next(context);
        });
        application.Use(next => context => CleanPath.TakeAsync(context, next));
        application.Use(next => context => ApiVersion.TakeOffAsync(context, next));
        application.UseRouting();
        map(application);
        return application;
    }

    [LoggerMessage(LogLevel.Information, "Interface at {Address}, for clients with a certificate")]
    private static partial void LogListening(ILogger logger, System.Net.IPEndPoint address);
}

using Akka.Actor;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
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
using Swarm.Runtime;
using Swarm.Runtime.Builds;
using Swarm.Runtime.Images;

namespace Swarm.Api;

/// <summary>HTTP on this node's unix socket.</summary>
/// <remarks>What is served: docs/docker-api.md.</remarks>
public sealed class ApiServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly string _socket;
    private readonly CancellationTokenSource _stopping;
    private readonly Task _naming;

    private ApiServer(
        WebApplication application, string socket, ClusterImageNames names, CancellationTokenSource stopping)
    {
        (_application, _socket, _stopping) = (application, socket, stopping);
        _naming = names.RunAsync(_stopping.Token);
    }

    /// <summary>Listens, and brings the cluster's image names up to this host's.</summary>
    /// <param name="host">The images of this host.</param>
    /// <param name="images">Takes messages for the entities of image names.</param>
    /// <param name="containers">Takes every <see cref="IStandaloneCommand"/>.</param>
    /// <param name="findFault">What keeps the node from its work; null when nothing does.</param>
    /// <param name="warnings">What is wrong with the cluster beyond this node.</param>
    /// <exception cref="IOException">Another process listens there, or the socket cannot be made.</exception>
    public static async Task<ApiServer> StartAsync(
        ApiOptions options, NodeFacts node, HostImages host, IContainerEngine engine, IImageBuilder builder,
        IActorRef images,
        IActorRef containers,
        Func<Task<string?>> findFault, Func<IEnumerable<string>> warnings,
        TimeProvider time, ILoggerFactory logs, CancellationToken cancellation)
    {
        var store = host.Store;
        var names = new ClusterImageNames(images, store, node.Id, time, logs.CreateLogger<ClusterImageNames>());
        var stopping = new CancellationTokenSource();
        var desk = new ContainerDesk(containers, engine, store);
        var application = Build(ListeningSocket.BindingPath(options.SocketPath), node, logs, routes =>
        {
            new NodeRoutes(node, store, engine, findFault, warnings).Map(routes);
            var transfers = new TransferRoutes(host, names, time);
            transfers.Map(routes);
            new ImageRoutes(host, engine, names, transfers, time).Map(routes);
            new RegistryRoutes(host.Registries).Map(routes);
            new BuildRoutes(builder, store, names, time, stopping.Token).Map(routes);
            new ContainerRoutes(desk, node, time).Map(routes);
            new NetworkRoutes(engine, time).Map(routes);
            new ControlRoutes(desk).Map(routes);
            new LogRoutes(desk, time, stopping.Token).Map(routes);
            new AttachRoutes(desk, time, stopping.Token).Map(routes);
            new ExecRoutes(desk, stopping.Token).Map(routes);
            new ArchiveRoutes(desk).Map(routes);
            new CommitRoutes(desk, names).Map(routes);
            new StatsRoutes(desk, time, stopping.Token).Map(routes);
            new WaitRoutes(desk, stopping.Token).Map(routes);
            new VolumeRoutes(engine).Map(routes);
            new DiskUseRoutes(desk, store, time).Map(routes);
            new EventRoutes(engine.Events, time, stopping.Token).Map(routes);
        });
        ListeningSocket.Prepare(options.SocketPath);
        await application.StartAsync(cancellation);
        ListeningSocket.Publish(options.SocketPath, options.Group, logs.CreateLogger<ApiServer>());
        return new ApiServer(application, options.SocketPath, names, stopping);
    }

    public async ValueTask DisposeAsync()
    {
        File.Delete(_socket);
        await _stopping.CancelAsync();
        await _naming.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _application.DisposeAsync();
        _stopping.Dispose();
    }

    private static WebApplication Build(
        string socket, NodeFacts node, ILoggerFactory logs, Action<IEndpointRouteBuilder> map)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logs);
        builder.Services.AddSingleton<IHostLifetime, DaemonLifetime>();
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null; // an image may be of any size
            kestrel.Limits.MinRequestBodyDataRate = null; // and come as slowly as its disk gives it
            kestrel.ListenUnixSocket(socket, ConnectionTakeover.Offer);
        });

        var application = builder.Build();
        application.Use(
            next => context => new ErrorAnswers(logs.CreateLogger<ErrorAnswers>()).AnswerAsync(context, next));
        application.Use(next => context =>
        {
            context.Response.Headers.Server = $"Swarm/{node.Version} (linux)";
            return next(context);
        });
        application.Use(next => context => ApiVersion.TakeOffAsync(context, next));
        application.UseRouting();
        map(application);
        return application;
    }
}

using Akka.Actor;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Swarm.Api.Http;
using Swarm.Api.Images;
using Swarm.Api.Nodes;
using Swarm.Images;
using Swarm.Runtime;

namespace Swarm.Api;

/// <summary>HTTP on this node's unix socket.</summary>
/// <remarks>What is served: docs/docker-api.md.</remarks>
public sealed class ApiServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly string _socket;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _naming;

    private ApiServer(WebApplication application, string socket, ClusterImageNames names)
    {
        _application = application;
        _socket = socket;
        _naming = names.RunAsync(_stopping.Token);
    }

    /// <summary>Listens, and brings the cluster's image names up to this host's.</summary>
    /// <param name="images">Takes messages for the entities of image names.</param>
    /// <param name="findFault">What keeps the node from its work; null when nothing does.</param>
    /// <param name="warnings">What is wrong with the cluster beyond this node.</param>
    /// <exception cref="IOException">Another process listens there, or the socket cannot be made.</exception>
    public static async Task<ApiServer> StartAsync(
        ApiOptions options, NodeFacts node, IImageStore store, IContainerEngine engine, IActorRef images,
        Func<Task<string?>> findFault, Func<IEnumerable<string>> warnings,
        TimeProvider time, ILoggerFactory logs, CancellationToken cancellation)
    {
        var names = new ClusterImageNames(images, store, node.Id, time, logs.CreateLogger<ClusterImageNames>());
        var application = Build(
            ListeningSocket.BindingPath(options.SocketPath), logs,
            new NodeRoutes(node, store, engine, findFault, warnings), new ImageRoutes(store, engine, names));
        ListeningSocket.Prepare(options.SocketPath);
        await application.StartAsync(cancellation);
        ListeningSocket.Publish(options.SocketPath, options.Group, logs.CreateLogger<ApiServer>());
        return new ApiServer(application, options.SocketPath, names);
    }

    public async ValueTask DisposeAsync()
    {
        File.Delete(_socket);
        await _stopping.CancelAsync();
        await _naming.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _application.DisposeAsync();
        _stopping.Dispose();
    }

    private static WebApplication Build(string socket, ILoggerFactory logs, NodeRoutes node, ImageRoutes images)
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
            kestrel.ListenUnixSocket(socket);
        });

        var application = builder.Build();
        application.Use(
            next => context => new ErrorAnswers(logs.CreateLogger<ErrorAnswers>()).AnswerAsync(context, next));
        application.Use(next => context => ApiVersion.TakeOffAsync(context, next));
        application.UseRouting();
        node.Map(application);
        images.Map(application);
        return application;
    }
}

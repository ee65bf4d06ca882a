using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net.Sockets;
using Akka.Actor;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Api.Images;
using Swarm.Api.Nodes;
using Swarm.Cluster.Nodes;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Core.Services;
using Swarm.Runtime.Images;
using Swarm.Runtime.Nodes;

namespace Swarm.Api.Tests;

/// <summary>The interface of a node on a socket of its own, over a fake store, and a client of it.</summary>
internal sealed class ServedNode : IAsyncDisposable
{
    private readonly ActorSystem _system = ActorSystem.Create("api");
    private readonly string _folder = Directory.CreateTempSubdirectory("swarm-api-").FullName;
    private ApiServer? _server;

    public FakeImageStore Store { get; } = new();

    public FakeRegistries Registries { get; } = new();

    public FakeClusterImages Others { get; } = new();

    public FakeContainerEngine Engine { get; } = new();

    public FakeImageBuilder Builder { get; } = new();

    public ConcurrentDictionary<string, Digest> Meanings { get; } = new();

    public string? Unhealthy { get; set; }

    /// <summary>What was asked for when its containers were made, where a test says so.</summary>
    public ConcurrentDictionary<ContainerId, StandaloneSettings> Settings { get; } = new();

    /// <summary>In which all its containers are.</summary>
    public ContainerStatus Status { get; set; }

    /// <summary>What was asked of the node's containers.</summary>
    public ConcurrentQueue<IStandaloneCommand> Asked { get; } = new();

    /// <summary>What the node answers: by default that it is done.</summary>
    public Func<IStandaloneCommand, object> Answer { get; set; } = _ => new StandaloneAnswer.Done(Changed: true);

    public string Socket => Path.Combine(_folder, "swarm.sock");

    public HttpClient Client { get; private set; } = null!; // set by StartAsync, the only way to make one

    public static async Task<ServedNode> StartAsync(string? refusal = null)
    {
        var node = new ServedNode();
        await node.ListenAsync(refusal);
        return node;
    }

    /// <summary>What is wrong with the cluster.</summary>
    public string[] ClusterWarnings { get; set; } = [];

    public async Task ListenAsync(string? refusal)
    {
        var facts = new NodeFacts(
            new NodeId("node1"), "alpha", "0.1.0", "/data", "6.1", "amd64", 4, new Bytes(1L << 30), 2,
            ImmutableSortedDictionary<string, string>.Empty);
        _server = await ApiServer.StartAsync(
            new ApiOptions(Socket) { Group = "no-such-group" }, facts,
            new HostImages(Store, Registries, Engine, Others), Engine, Builder,
            new ClusterImageNames(
                _system.ActorOf(FakeImageEntities.Props(Meanings, refusal)), Store, facts.Id, TimeProvider.System,
                NullLogger<ClusterImageNames>.Instance),
            _system.ActorOf(Props.Create(() => new FakeNode(this))),
            () => Task.FromResult(Unhealthy), () => ClusterWarnings, TimeProvider.System,
            NullLoggerFactory.Instance, CancellationToken.None);
        Client = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync, AllowAutoRedirect = false })
        {
            BaseAddress = new Uri("http://swarm/"),
        };
    }

    /// <summary>Ends the service, as the end of swarmd does; the client stays.</summary>
    public async Task StopServingAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _server = null;
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (_server is not null) await _server.DisposeAsync();
        await _system.Terminate();
        Directory.Delete(_folder, recursive: true);
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private sealed class FakeNode(ServedNode node) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            var command = (IStandaloneCommand)message;
            node.Asked.Enqueue(command);
            Sender.Tell(command is GetStandalone
                ? new StandaloneList(node.Engine.Containers.ToImmutableDictionary(
                    container => container.Id,
                    container => new StandaloneContainer(
                        container.Id, node.Settings.GetValueOrDefault(container.Id) ?? new StandaloneSettings(),
                        TaskState.Running)
                    {
                        Status = node.Status,
                    }))
                : node.Answer(command));
        }
    }
}

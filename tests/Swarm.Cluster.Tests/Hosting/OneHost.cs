using Akka.Actor;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Cluster.Hosting;
using Swarm.Core;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;

namespace Swarm.Cluster.Tests.Hosting;

/// <summary>A real cluster of one node on an SQLite file of its own; a probe stands where the
/// node actor would.</summary>
internal sealed class OneHost : IAsyncDisposable
{
    public static readonly NodeId Node = new("node1");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TestKit _kit;

    private OneHost(string file)
    {
        TestKit? kit = null;
        Cluster = SwarmCluster.Start(
            new ClusterOptions { Journal = new JournalOptions.Sqlite(file) },
            cluster =>
            {
                kit = new TestKit(cluster.ActorSystem);
                return Props.Create(() => new Passing(kit.TestActor));
            },
            NullLoggerFactory.Instance, TimeProvider.System);
        _kit = kit!;
    }

    public SwarmCluster Cluster { get; }

    public static async Task<OneHost> StartAsync(string file)
    {
        var host = new OneHost(file);
        await host.Cluster.Ready.WaitAsync(Patience);
        return host;
    }

    /// <summary>The node tells its record and its placer of itself, as it does when it starts.</summary>
    public async Task RegisterAsync()
    {
        await AskAsync<NodeRegistered>(Cluster.Nodes, new RegisterNode(Describe()));
        Report(1);
    }

    public void Report(long number, params TaskId[] tasks) => Cluster.Placers.Tell(new NodeReport(
        "default", Describe(), NodeSettings.Default, number, Resources.None, [.. tasks], []), _kit.TestActor);

    public Task<T> AskAsync<T>(object message) => AskAsync<T>(Cluster.Gateway, message);

    public static Task<T> AskAsync<T>(IActorRef actor, object message) => actor.Ask<T>(message, Patience);

    /// <summary>The next message to the node of this kind; others are passed over.</summary>
    public Task<T> NextAsync<T>(Predicate<T>? which = null) => _kit.FishForMessageAsync<T>(
        message => which?.Invoke(message) ?? true, Patience).AsTask();

    /// <summary>Asks until the answer is so: lists follow what they show a moment later.</summary>
    public Task UntilAsync<T>(object question, Predicate<T> isSo) => _kit.AwaitConditionAsync(
        async () => isSo(await AskAsync<T>(question)), Patience, TimeSpan.FromMilliseconds(20));

    public Task UntilFaultAsync(Predicate<string?> isSo) => _kit.AwaitConditionAsync(
        async () => isSo(await Cluster.FindFaultAsync()), Patience, TimeSpan.FromMilliseconds(20));

    public void Answer(object message) => Cluster.Services.Tell(message, _kit.TestActor);

    public async ValueTask DisposeAsync() => await Cluster.StopAsync();

    private NodeDescription Describe() => Describe(Cluster.Address);

    public static NodeDescription Describe(string address, string id = "node1") => new(
        new NodeId(id), "one", address, "default",
        new Resources(new MilliCpu(4000), Bytes.FromMebibytes(4096), 10_000));

    private sealed class Passing(IActorRef probe) : UntypedActor
    {
        protected override void OnReceive(object message) => probe.Forward(message);
    }
}

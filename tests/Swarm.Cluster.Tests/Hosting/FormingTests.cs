using Akka.Actor;
using Akka.Cluster;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Cluster.Hosting;
using Swarm.Core.Nodes;

namespace Swarm.Cluster.Tests.Hosting;

/// <summary>Several nodes on the loopback find each other. They share one SQLite journal, as only nodes of one host
/// can.</summary>
public sealed class FormingTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly JournalFile _journal = new();
    private readonly Stack<SwarmCluster> _running = [];
    private readonly List<string> _workers = [];
    private readonly int[] _ports = FreePorts.Take(3);

    [Fact]
    public async Task Seeds_that_start_together_are_one_cluster_and_one_that_restarts_comes_back_to_it()
    {
        var all = Enumerable.Range(0, 3).Select(Start).ToList();
        await Task.WhenAll(all.Select(node => node.Ready)).WaitAsync(Patience);
        await Task.WhenAll(all.Select(node => SeesAsync(node, 3)));

        // The first seed, which would otherwise be the one to begin a cluster.
        var first = all.MinBy(node => node.Address, StringComparer.Ordinal)!;
        var others = all.Where(node => node != first).ToList();
        await first.StopAsync();
        await Task.WhenAll(others.Select(node => SeesAsync(node, 2)));
        var again = Start(all.IndexOf(first));
        await again.Ready.WaitAsync(Patience);

        Assert.Equal(first.Address, again.Address);
        await Task.WhenAll(others.Append(again).Select(node => SeesAsync(node, 3)));
    }

    [Fact]
    public async Task A_seed_alone_says_which_others_it_waits_for()
    {
        var alone = Start(1, TimeSpan.FromSeconds(2));

        var late = await Assert.ThrowsAsync<ClusterStartException>(() => alone.Ready.WaitAsync(Patience));

        Assert.Contains($"127.0.0.1:{_ports[1]} answered", late.Message, StringComparison.Ordinal);
        Assert.Contains("when 2 of them are there", late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_keeps_no_entities_and_reaches_those_of_the_schedulers()
    {
        var scheduler = Start(0, roles: [ClusterRoles.Scheduler], seeds: 1);
        var worker = Start(1, roles: [ClusterRoles.Worker], seeds: 1);
        await Task.WhenAll(scheduler.Ready, worker.Ready).WaitAsync(Patience);

        var registered = await worker.Nodes.Ask<NodeRegistered>(
            new RegisterNode(OneHost.Describe(worker.Address)), Patience);

        Assert.Equal(OneHost.Node, registered.Node);
        Assert.Contains("/sharding/nodeProxy", worker.Nodes.Path.ToString(), StringComparison.Ordinal);
        await scheduler.ActorSystem.ActorSelection("/system/sharding/node/*").ResolveOne(Patience);
        Assert.Equal([worker.Address], _workers);
    }

    public async ValueTask DisposeAsync()
    {
        while (_running.TryPop(out var node)) await node.StopAsync();
        _journal.Dispose();
    }

    private SwarmCluster Start(int at) => Start(at, startTimeout: null);

    private SwarmCluster Start(int at, TimeSpan? startTimeout = null, string[]? roles = null, int seeds = 3)
    {
        var node = SwarmCluster.Start(
            new ClusterOptions
            {
                Port = _ports[at],
                Seeds = [.. _ports.Take(seeds).Select(port => $"akka.tcp://swarm@127.0.0.1:{port}")],
                Roles = [.. roles ?? [ClusterRoles.Scheduler, ClusterRoles.Worker]],
                StartTimeout = startTimeout ?? Patience,
                Journal = new JournalOptions.Sqlite(_journal.Path),
            },
            started =>
            {
                _workers.Add(started.Address);
                return Props.Empty;
            },
            NullLoggerFactory.Instance, TimeProvider.System);
        _running.Push(node);
        return node;
    }

    /// <summary>Waits until a node knows so many members that are up, and no others.</summary>
    private static async Task SeesAsync(SwarmCluster node, int members)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var watcher = node.ActorSystem.ActorOf(Props.Create(() => new MemberCount(members, seen)));
        await seen.Task.WaitAsync(Patience);
        node.ActorSystem.Stop(watcher);
    }

    private sealed class MemberCount(int wanted, TaskCompletionSource seen) : UntypedActor
    {
        private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
        private readonly HashSet<UniqueAddress> _up = [];

        protected override void PreStart() => _cluster.Subscribe(
            Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent));

        protected override void OnReceive(object message)
        {
            if (message is ClusterEvent.MemberUp up) _up.Add(up.Member.UniqueAddress);
            if (message is ClusterEvent.MemberRemoved removed) _up.Remove(removed.Member.UniqueAddress);
            if (_up.Count == wanted) seen.TrySetResult();
        }
    }
}

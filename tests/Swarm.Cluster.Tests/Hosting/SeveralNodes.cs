using Akka.Actor;
using Akka.Cluster;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Cluster.Hosting;

namespace Swarm.Cluster.Tests.Hosting;

/// <summary>Several nodes on the loopback. They share one SQLite journal, as only nodes of one host can.</summary>
internal sealed class SeveralNodes : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly JournalFile _journal = new();
    private readonly Stack<SwarmCluster> _running = [];

    public int[] Ports { get; } = FreePorts.Take(3);

    /// <summary>The addresses of those that were asked for an actor that runs tasks.</summary>
    public List<string> Workers { get; } = [];

    /// <summary>Starts three nodes, and waits until they are one cluster.</summary>
    public async Task<IReadOnlyList<SwarmCluster>> StartAllAsync(TimeSpan? settle = null, TimeSpan? stableAfter = null)
    {
        var all = Enumerable.Range(0, 3)
            .Select(at => Start(at, settle: settle, stableAfter: stableAfter)).ToList();
        await Task.WhenAll(all.Select(node => node.Ready)).WaitAsync(Patience);
        await Task.WhenAll(all.Select(node => SeesAsync(node, 3)));
        return all;
    }

    /// <param name="seeds">How many of the ports are seeds; with none of them the node finds no cluster.</param>
    /// <param name="without">One of the ports that this node does not take for a seed.</param>
    public SwarmCluster Start(
        int at, TimeSpan? startTimeout = null, string[]? roles = null, int seeds = 3, TimeSpan? settle = null,
        TimeSpan? stableAfter = null, int? without = null, TimeProvider? time = null)
    {
        int[] known = seeds > 0 ? [.. Ports[..seeds].Where((_, port) => port != without)] : FreePorts.Take(1);
        var node = SwarmCluster.Start(
            new ClusterOptions
            {
                Port = Ports[at],
                Seeds = [.. known.Select(port => $"akka.tcp://swarm@127.0.0.1:{port}")],
                Roles = [.. roles ?? [ClusterRoles.Scheduler, ClusterRoles.Worker]],
                StartTimeout = startTimeout ?? Patience,
                Failure = new FailureOptions
                {
                    SettleTime = settle ?? TimeSpan.FromSeconds(20),
                    StableAfter = stableAfter ?? TimeSpan.FromSeconds(3),
                },
                Journal = new JournalOptions.Sqlite(_journal.Path),
            },
            started =>
            {
                Workers.Add(started.Address);
                return Props.Empty;
            },
            NullLoggerFactory.Instance, time ?? TimeProvider.System);
        _running.Push(node);
        return node;
    }

    public async ValueTask DisposeAsync()
    {
        while (_running.TryPop(out var node)) await node.StopAsync();
        _journal.Dispose();
    }

    /// <summary>Waits until a node knows so many members that are up, and no others.</summary>
    public static async Task SeesAsync(SwarmCluster node, int members)
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

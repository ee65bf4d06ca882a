using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Remote;
using Microsoft.Extensions.Time.Testing;
using Swarm.Cluster.Hosting;
using Swarm.Core.Membership;
using Swarm.Core.Nodes;

namespace Swarm.Cluster.Tests.Hosting;

/// <summary>Nodes find each other.</summary>
public sealed class FormingTests
{
    private static readonly TimeSpan Patience = SeveralNodes.Patience;

    /// <summary>After so long Akka gives up by itself who has not said a word on a new connection.</summary>
    private static readonly TimeSpan HandshakeMax = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Seeds_that_start_together_are_one_cluster_and_one_that_restarts_comes_back_to_it()
    {
        await using var nodes = new SeveralNodes();
        var all = (await nodes.StartAllAsync()).ToList();

        // The first seed, which would otherwise be the one to begin a cluster.
        var first = all.MinBy(node => node.Address, StringComparer.Ordinal)!;
        var others = all.Where(node => node != first).ToList();
        await first.StopAsync();
        await Task.WhenAll(others.Select(node => SeveralNodes.SeesAsync(node, 2)));
        var again = nodes.Start(all.IndexOf(first));
        await again.Ready.WaitAsync(Patience);

        Assert.Equal(first.Address, again.Address);
        await Task.WhenAll(others.Append(again).Select(node => SeveralNodes.SeesAsync(node, 3)));
    }

    [Fact]
    public async Task Of_two_clusters_the_smaller_ends_once_it_hears_of_the_other_and_its_node_joins_that()
    {
        await using var nodes = new SeveralNodes();
        var all = await nodes.StartAllAsync();
        foreach (var leaving in all.Skip(1)) await leaving.StopAsync();
        await SeveralNodes.SeesAsync(all[0], 1);

        // They do not hear the one that is left, and so begin anew.
        var others = new[] { nodes.Start(1, without: 0), nodes.Start(2, without: 0) };
        await Task.WhenAll(others.Select(node => SeveralNodes.SeesAsync(node, 2)));

        await all[0].ActorSystem.WhenTerminated.WaitAsync(Patience);
        var again = nodes.Start(0);
        await Task.WhenAll(others.Append(again).Select(node => SeveralNodes.SeesAsync(node, 3)));
    }

    [Fact]
    public async Task A_seed_alone_says_which_others_it_waits_for()
    {
        await using var nodes = new SeveralNodes();
        var alone = nodes.Start(1, TimeSpan.FromSeconds(2));

        var late = await Assert.ThrowsAsync<ClusterStartException>(() => alone.Ready.WaitAsync(Patience));

        Assert.Contains($"127.0.0.1:{nodes.Ports[1]} answered", late.Message, StringComparison.Ordinal);
        Assert.Contains("when 2 of them are there", late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_keeps_no_entities_and_reaches_those_of_the_schedulers()
    {
        await using var nodes = new SeveralNodes();
        var scheduler = nodes.Start(0, roles: [ClusterRoles.Scheduler], seeds: 1);
        var worker = nodes.Start(1, roles: [ClusterRoles.Worker], seeds: 1);
        await Task.WhenAll(scheduler.Ready, worker.Ready).WaitAsync(Patience);

        var registered = await worker.Nodes.Ask<NodeRegistered>(
            new RegisterNode(OneHost.Describe(worker.Address)), Patience);

        Assert.Equal(OneHost.Node, registered.Node);
        Assert.Contains("/sharding/nodeProxy", worker.Nodes.Path.ToString(), StringComparison.Ordinal);
        await scheduler.ActorSystem.ActorSelection("/system/sharding/node/*").ResolveOne(Patience);
        Assert.Equal([worker.Address], nodes.Workers);
    }

    [Fact]
    public async Task A_process_that_was_shut_out_before_it_was_in_the_cluster_ends()
    {
        await using var nodes = new SeveralNodes();
        var alone = nodes.Start(1);
        var seed = Address.Parse($"akka.tcp://swarm@127.0.0.1:{nodes.Ports[0]}");
        var stranger = Address.Parse("akka.tcp://client@127.0.0.1:1");

        alone.ActorSystem.EventStream.Publish(
            new ThisActorSystemQuarantinedEvent(Address.Parse(alone.Address), stranger));
        await alone.ActorSystem.ActorSelection("/user/formation").Ask<string>(new ExplainFormation(), Patience);
        Assert.False(alone.ActorSystem.WhenTerminated.IsCompleted);

        alone.ActorSystem.EventStream.Publish(
            new ThisActorSystemQuarantinedEvent(Address.Parse(alone.Address), seed));
        await alone.ActorSystem.WhenTerminated.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_connection_over_which_nothing_comes_is_ended()
    {
        await using var nodes = new SeveralNodes();
        using var silent = new TcpListener(IPAddress.Loopback, nodes.Ports[0]);
        silent.Start();
        var time = new FakeTimeProvider();
        nodes.Start(1, time: time);
        using var connection = await silent.AcceptTcpClientAsync().WaitAsync(Patience);
        var read = connection.GetStream().CopyToAsync(Stream.Null);
        Assert.False(read.IsCompleted);

        time.Advance(Formation.SilenceEndsLines);

        await read.WaitAsync(HandshakeMax / 2);
    }
}

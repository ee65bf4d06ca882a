using Akka.Actor;
using Akka.TestKit.Xunit2;
using Swarm.Cluster.Catalog;
using Swarm.Cluster.Hosting;
using Swarm.Cluster.Tests.Hosting;
using Swarm.Core;
using Swarm.Core.Clients;
using Swarm.Core.Nodes;
using Swarm.Core.Services;

namespace Swarm.Cluster.Tests.Catalog;

/// <summary>What a service is told of nodes, in a real cluster of three.</summary>
public sealed class NodeWatchTests
{
    private static readonly ServiceName Web = new("web");

    [Fact]
    public async Task A_node_that_dies_is_out_of_reach_until_it_is_back()
    {
        await using var nodes = new SeveralNodes();
        var all = await nodes.StartAllAsync(settle: TimeSpan.FromSeconds(4));
        var ids = all.Select((_, at) => $"n{at}").ToArray();
        foreach (var (node, id) in all.Zip(ids)) await RegisterAsync(all[0], node.Address, id);
        using var service = new Listener(all[0].ActorSystem);

        foreach (var id in ids) await service.HearsAsync(id, reachable: true);
        ((ExtendedActorSystem)all[2].ActorSystem).Abort();
        await service.HearsAsync("n2", reachable: false);

        // Who comes up later is told the same, without a change.
        using var later = new Listener(all[0].ActorSystem);
        await later.HearsAsync("n2", reachable: false);
        await later.HearsAsync("n1", reachable: true);

        await SeveralNodes.SeesAsync(all[0], 2);
        var again = nodes.Start(2);
        await service.HearsAsync("n2", reachable: true);
        await again.Ready.WaitAsync(SeveralNodes.Patience);
    }

    [Fact]
    public async Task A_node_that_was_never_there_is_lost_only_after_a_while_and_availability_is_told()
    {
        await using var nodes = new SeveralNodes();
        var alone = nodes.Start(0, seeds: 1, settle: TimeSpan.FromSeconds(3));
        await alone.Ready.WaitAsync(SeveralNodes.Patience);
        await RegisterAsync(alone, alone.Address, "self");
        await RegisterAsync(alone, "akka.tcp://swarm@127.0.0.1:1", "ghost");
        using var service = new Listener(alone.ActorSystem);

        await service.HearsAsync("self", reachable: true);
        await service.HearsAsync("ghost", reachable: false);
        await alone.Nodes.Ask<NodeUpdated>(
            new UpdateNode(new RequestId("u1"), new NodeId("self")) { Availability = NodeAvailability.Drain },
            SeveralNodes.Patience);

        await service.HearsAsync("self", reachable: true, NodeAvailability.Drain);
    }

    [Fact]
    public async Task A_node_is_lost_at_once_when_another_one_has_come_to_its_address_or_it_was_removed()
    {
        await using var nodes = new SeveralNodes();
        var alone = nodes.Start(0, seeds: 1, settle: TimeSpan.FromMinutes(5));
        await alone.Ready.WaitAsync(SeveralNodes.Patience);
        await RegisterAsync(alone, alone.Address, "former");
        await RegisterAsync(alone, "akka.tcp://swarm@127.0.0.1:1", "ghost");
        using var service = new Listener(alone.ActorSystem);
        await service.HearsAsync("former", reachable: true);

        await RegisterAsync(alone, alone.Address, "present");
        alone.Catalog.Tell(new NodeListing(
            OneHost.Describe(alone.Address, "present"), NodeSettings.Default, true, Resources.None, 0));
        await alone.Nodes.Ask<NodeRemoved>(
            new RemoveNode(new RequestId("r1"), new NodeId("ghost")), SeveralNodes.Patience);

        await service.HearsAsync("former", reachable: false);
        await service.HearsAsync("present", reachable: true);
        await service.HearsAsync("ghost", reachable: false, isRemoved: true);
        var list = await alone.Catalog.Ask<NodeList>(new GetNodes(), SeveralNodes.Patience);
        Assert.Equal(
            [("former", false), ("present", true)],
            list.Nodes.Select(line => (line.Node.Id.Value, line.Reachable)).Order());
    }

    private static Task<NodeRegistered> RegisterAsync(SwarmCluster through, string address, string id) =>
        through.Nodes.Ask<NodeRegistered>(new RegisterNode(OneHost.Describe(address, id)), SeveralNodes.Patience);

    /// <summary>Stands where a service's entity would.</summary>
    private sealed class Listener : TestKit
    {
        private readonly Dictionary<NodeId, NodeSeen> _last = [];

        public Listener(ActorSystem system)
            : base(system)
        {
            system.ActorSelection($"/user/{NodeWatchActor.Name}").Tell(new WatchNodes(Web), TestActor);
        }

        /// <summary>Waits until that is the last that it was told of a node.</summary>
        public async Task HearsAsync(
            string node, bool reachable, NodeAvailability availability = NodeAvailability.Active,
            bool isRemoved = false)
        {
            var wanted = new NodeSeen(Web, new NodeId(node), reachable, availability) { IsRemoved = isRemoved };
            while (_last.GetValueOrDefault(wanted.Node) != wanted)
            {
                var seen = await ExpectMsgAsync<NodeSeen>(SeveralNodes.Patience);
                _last[seen.Node] = seen;
            }
        }
    }
}

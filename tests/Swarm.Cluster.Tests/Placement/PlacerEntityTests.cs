using Akka.Actor;
using Akka.Cluster;
using Swarm.Cluster.Catalog;
using Swarm.Core;
using Swarm.Core.Clients;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;

namespace Swarm.Cluster.Tests.Placement;

public sealed class PlacerEntityTests : PlacerEntityKit
{
    [Fact]
    public void A_placer_that_comes_up_asks_the_nodes_in_reach_and_places_nothing_before_they_have_reported()
    {
        var asked = CreateTestProbe();
        Sys.ActorOf(Props.Create(() => new Forwarder(asked)), NodeActorPath.Name);
        Join();
        StartPlacer();
        asked.ExpectMsg<GetNodeReport>();

        Placer.Tell(Ask(1), TestActor);
        Placer.Tell(new NodeList([]));
        Catalog.ExpectNoMsg(TimeSpan.Zero);
        Advance(TimeSpan.FromMilliseconds(500));
        Catalog.ExpectMsg<GetNodes>();
        ExpectNoMsg(TimeSpan.Zero);
        var node = Node("own");
        Placer.Tell(node with { Node = node.Node with { Address = OwnAddress } });

        Assert.Equal(new NodeId("own"), ExpectMsg<PlacementsMade>().Placed[0].Node);
    }

    [Fact]
    public void Reports_that_do_not_come_are_waited_for_three_seconds()
    {
        Join();
        StartPlacer();
        Placer.Tell(Node("a"));
        Placer.Tell(Ask(1), TestActor);
        Advance(TimeSpan.FromMilliseconds(2900));
        ExpectNoMsg(TimeSpan.Zero);

        Advance(TimeSpan.FromMilliseconds(100));

        Assert.Single(ExpectMsg<PlacementsMade>().Placed);
    }

    [Fact]
    public void A_member_that_belongs_to_another_pool_is_not_waited_for()
    {
        Join();
        StartPlacer();
        Placer.Tell(Ask(1), TestActor);
        var other = Node("x").Node with { Address = OwnAddress, Pool = "other" };

        Placer.Tell(new NodeList([new NodeListing(other, NodeSettings.Default, true, Resources.None, 0)]));

        Assert.Equal("0 of 0 nodes: pool default has no nodes", ExpectMsg<PlacementsMade>().Reason);
    }

    [Fact]
    public void A_member_that_has_not_reported_stands_for_what_the_lists_know_of_it()
    {
        Join();
        StartPlacer();
        var own = Node("own").Node with { Address = OwnAddress };
        Placer.Tell(new NodeList([new NodeListing(own, NodeSettings.Default, false, Resources.None, 0)]));
        Placer.Tell(Ask(1), TestActor);
        Placer.Tell(Question("agent"), TestActor);

        Advance(TimeSpan.FromSeconds(3));

        Assert.Equal("0 of 1 nodes: 1 out of reach", ExpectMsg<PlacementsMade>().Reason);
        Assert.Equal("own", Assert.Single(ExpectMsg<EligibleNodes>().Nodes).Value);
    }

    [Fact]
    public void A_service_that_waits_for_room_is_told_once_when_a_task_has_ended()
    {
        var full = Node("a", milliCpu: 1000) with { Reserved = new Resources(new MilliCpu(900), Bytes.Zero) };
        StartPlacer(full);
        Placer.Tell(Ask(1, 500), TestActor);
        Assert.Equal(
            "0 of 1 nodes: 1 short of CPU (asked 0.5 cores, most free 0.1)", ExpectMsg<PlacementsMade>().Reason);

        Placer.Tell(full with { Report = 2 });
        Settle();
        Services.ExpectNoMsg(TimeSpan.Zero);
        Placer.Tell(Node("a", 3, milliCpu: 1000));

        Assert.Equal("web", Services.ExpectMsg<CapacityFreed>().Service.Value);
        Placer.Tell(Ask(1, 500, request: 2), TestActor);
        Assert.Single(ExpectMsg<PlacementsMade>().Placed);
        Placer.Tell(Node("b"));
        Settle();
        Services.ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void A_node_that_joins_or_comes_back_or_is_active_again_wakes_who_waits()
    {
        var drained = Node("a") with { Settings = new NodeSettings(NodeAvailability.Drain, 1) };
        StartPlacer(drained);
        AskInVain(1);
        Placer.Tell(drained with { Report = 2, Settings = new NodeSettings(NodeAvailability.Active, 2) });
        Services.ExpectMsg<CapacityFreed>();

        Placer.Tell(new ClusterEvent.UnreachableMember(MemberAt("a")));
        AskInVain(2);
        Placer.Tell(new ClusterEvent.ReachableMember(MemberAt("a")));
        Services.ExpectMsg<CapacityFreed>();

        Placer.Tell(new ClusterEvent.UnreachableMember(MemberAt("a")));
        AskInVain(3);
        Placer.Tell(Node("b"));
        Services.ExpectMsg<CapacityFreed>();
    }

    [Fact]
    public void A_report_that_still_comes_from_a_node_out_of_reach_does_not_bring_it_back()
    {
        StartPlacer(Node("a"));
        Placer.Tell(new ClusterEvent.UnreachableMember(MemberAt("a")));

        Placer.Tell(Node("a", 2));

        AskInVain(1);
    }

    [Fact]
    public void A_node_that_was_removed_takes_nothing_and_is_forgotten_after_a_minute()
    {
        StartPlacer(Node("a"));
        Placer.Tell(new ClusterEvent.MemberRemoved(MemberAt("a", MemberStatus.Removed), MemberStatus.Exiting));
        Placer.Tell(Node("a", 2));
        Placer.Tell(Ask(1), TestActor);
        Assert.Equal("0 of 1 nodes: 1 out of reach", ExpectMsg<PlacementsMade>().Reason);

        Advance(TimeSpan.FromSeconds(60));

        Services.ExpectMsg<CapacityFreed>();
        Placer.Tell(Ask(1, request: 2), TestActor);
        Assert.Equal("0 of 0 nodes: pool default has no nodes", ExpectMsg<PlacementsMade>().Reason);
    }

    private void AskInVain(long request)
    {
        Placer.Tell(Ask(1, request: request), TestActor);
        Assert.Empty(ExpectMsg<PlacementsMade>().Placed);
    }

    private static GetEligibleNodes Question(string service) =>
        new("default", new ServiceName(service), new Core.Services.PlacementRules());

    private sealed class Forwarder(IActorRef to) : UntypedActor
    {
        protected override void OnReceive(object message) => to.Tell(message);
    }
}

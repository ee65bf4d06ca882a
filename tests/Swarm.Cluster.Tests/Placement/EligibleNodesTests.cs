using Akka.Actor;
using Akka.Cluster;
using Swarm.Core;
using Swarm.Core.Clients;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Cluster.Tests.Placement;

public sealed class EligibleNodesTests : PlacerEntityKit
{
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(100);

    private static readonly GetEligibleNodes Question = new(
        "default", new ServiceName("agent"), new PlacementRules { Constraints = ["node.labels.gpu not exists"] });

    [Fact]
    public void A_question_waits_until_the_placer_knows_its_nodes()
    {
        StartPlacer();
        Placer.Tell(Question, TestActor);
        Placer.Tell(Node("b"));
        Placer.Tell(new NodeList([]));

        Assert.Equal(["b"], Ids(ExpectMsg<EligibleNodes>()));
    }

    [Fact]
    public void A_service_is_told_again_when_a_node_joins_gets_a_label_is_drained_or_is_gone()
    {
        StartPlacer(Node("a"), Node("b"));
        Placer.Tell(Question, TestActor);
        Assert.Equal(["a", "b"], Ids(ExpectMsg<EligibleNodes>()));

        Placer.Tell(Node("c"));
        Assert.Equal(["a", "b", "c"], Ids(Told()));

        var labels = NodeSettings.Default.Labels.Add("gpu", "");
        Placer.Tell(Node("a", 2) with { Settings = new NodeSettings(NodeAvailability.Active, 1) { Labels = labels } });
        Assert.Equal(["b", "c"], Ids(Told()));

        Placer.Tell(Node("b", 2) with { Settings = new NodeSettings(NodeAvailability.Drain, 1) });
        Assert.Equal(["c"], Ids(Told()));

        Placer.Tell(new ClusterEvent.MemberRemoved(MemberAt("c", MemberStatus.Removed), MemberStatus.Down));
        Settle();
        Advance(TimeSpan.FromSeconds(59));
        Placer.Tell(Question, TestActor);
        Assert.Equal(["c"], Ids(ExpectMsg<EligibleNodes>()));
        Assert.Empty(Ids(Told(after: TimeSpan.FromSeconds(1))));
    }

    [Fact]
    public void A_paused_node_and_one_out_of_reach_stay()
    {
        StartPlacer(Node("a"), Node("b"));
        Placer.Tell(Question, TestActor);
        ExpectMsg<EligibleNodes>();

        Placer.Tell(Node("a", 2) with { Settings = new NodeSettings(NodeAvailability.Pause, 1) });
        Placer.Tell(new ClusterEvent.UnreachableMember(MemberAt("b")));
        Settle();
        Advance(Gather);
        Settle();

        Services.ExpectNoMsg(TimeSpan.Zero);
        Placer.Tell(Question, TestActor);
        Assert.Equal(["a", "b"], Ids(ExpectMsg<EligibleNodes>()));
    }

    [Fact]
    public void A_node_that_has_left_before_the_placer_came_up_is_awaited_for_a_minute()
    {
        StartPlacer();
        Placer.Tell(Question, TestActor);
        Placer.Tell(Node("b"));
        Placer.Tell(new NodeList([Listed("a"), Listed("b"), Listed("c")]));
        var told = ExpectMsg<EligibleNodes>();
        Assert.Equal(["b"], Ids(told));
        Assert.Equal(["a", "c"], told.Awaited.Select(node => node.Value));

        Placer.Tell(Node("c"));
        told = Told();
        Assert.Equal(["b", "c"], Ids(told));
        Assert.Equal(["a"], told.Awaited.Select(node => node.Value));

        Advance(TimeSpan.FromSeconds(50));
        Placer.Tell(Question, TestActor);
        Assert.Single(ExpectMsg<EligibleNodes>().Awaited);
        Assert.Empty(Told(after: TimeSpan.FromSeconds(10)).Awaited);
    }

    [Fact]
    public void The_nodes_are_not_known_before_the_whole_list_of_them_is()
    {
        StartPlacer();
        Placer.Tell(Question, TestActor);
        Placer.Tell(Node("b"));
        Placer.Tell(new NodeList([Listed("a")]) { Next = "a" });
        Catalog.ExpectMsg<GetNodes>(asked => asked.After == "a");
        ExpectNoMsg(TimeSpan.Zero);

        Placer.Tell(new NodeList([Listed("b")]));

        Assert.Equal(["a"], ExpectMsg<EligibleNodes>().Awaited.Select(node => node.Value));
    }

    [Fact]
    public void A_node_whose_address_is_another_nodes_now_is_gone()
    {
        StartPlacer(Node("a"));
        Placer.Tell(Question, TestActor);
        Assert.Equal(["a"], Ids(ExpectMsg<EligibleNodes>()));
        var there = Node("b");

        Placer.Tell(there with { Node = there.Node with { Address = Node("a").Node.Address } });
        Assert.Equal(["a", "b"], Ids(Told()));
        Placer.Tell(Ask(1), TestActor);
        Assert.Equal("b", Assert.Single(ExpectMsg<PlacementsMade>().Placed).Node.Value);

        Advance(TimeSpan.FromSeconds(50));
        Placer.Tell(Question, TestActor);
        ExpectMsg<EligibleNodes>();
        Assert.Equal(["b"], Ids(Told(after: TimeSpan.FromSeconds(10))));
    }

    [Fact]
    public void A_service_that_has_not_asked_for_a_minute_is_told_nothing_more()
    {
        StartPlacer(Node("a"));
        Placer.Tell(Question, TestActor);
        ExpectMsg<EligibleNodes>();
        Advance(TimeSpan.FromSeconds(60));

        Placer.Tell(Node("b"));
        Settle();
        Advance(Gather);
        Settle();

        Services.ExpectNoMsg(TimeSpan.Zero);
    }

    private EligibleNodes Told(TimeSpan? after = null)
    {
        Settle();
        Advance(after ?? Gather);
        if (after is not null)
        {
            Settle();
            Advance(Gather);
        }

        return Services.ExpectMsg<EligibleNodes>();
    }

    private static NodeListing Listed(string id) =>
        new(Node(id).Node, NodeSettings.Default, Reachable: false, Resources.None, 0);

    private static IEnumerable<string> Ids(EligibleNodes answer)
    {
        Assert.True(answer.Question is not null && Question.IsAnsweredBy(answer));
        return answer.Nodes.Select(node => node.Value);
    }
}

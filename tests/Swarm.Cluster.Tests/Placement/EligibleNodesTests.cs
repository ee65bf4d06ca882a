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

    private static IEnumerable<string> Ids(EligibleNodes answer)
    {
        Assert.True(answer.Question is not null && Question.IsAnsweredBy(answer));
        return answer.Nodes.Select(node => node.Value);
    }
}

using Swarm.Core.Nodes;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Placement;

public sealed class BoundTaskTests
{
    [Fact]
    public void A_bound_task_goes_to_its_node_even_where_another_is_emptier()
    {
        var full = Pool.Node("a") with { Reserved = Pool.Amount(3000, 100) };

        var answer = Pool.Of(full, Pool.Node("b")).Place(Bind(Pool.Amount(500, 10), "a"), Pool.Noon);

        Assert.Equal(new TaskPlacement(new TaskId("web.a"), new NodeId("a")), Assert.Single(answer.Placed));
        Assert.Empty(answer.Unplaced);
    }

    [Fact]
    public void A_bound_task_that_its_node_cannot_take_stays_and_says_why()
    {
        var paused = Pool.Node("b") with { Settings = new NodeSettings(NodeAvailability.Pause, 1) };
        var placer = Pool.Of(Pool.Node("a", mebibytes: 300), paused, Pool.Node("c"));

        var answer = placer.Place(Bind(Pool.Amount(0, 512), "a", "b", "c", "d"), Pool.Noon);

        Assert.Equal(["c"], Pool.NodesOf(answer));
        Assert.Equal(["web.a", "web.b", "web.d"], answer.Unplaced.Select(task => task.Value));
        Assert.Equal(
            "0 of 3 nodes (a, b, d): 1 not in pool default, 1 paused, "
            + "1 short of memory (asked 512 MiB, most free 300 MiB)", answer.Reason);
        Assert.True(answer.LacksRoom);
    }

    [Fact]
    public void Asked_again_under_another_number_it_is_deducted_once()
    {
        var placer = Pool.Of(Pool.Node("a", milliCpu: 1000));
        var asked = Bind(Pool.Amount(600, 1), "a");
        placer.Place(asked, Pool.Noon);

        Assert.Equal(["a"], Pool.NodesOf(placer.Place(asked with { Request = 2 }, Pool.Noon)));
        Assert.Equal(new MilliCpu(600), placer.Nodes[0].Reserved.Cpu);
    }

    [Fact]
    public void Bound_tasks_are_placed_before_those_that_can_go_anywhere()
    {
        var asked = Bind(Pool.Amount(600, 0), "a") with { Tasks = [new TaskId("web.any"), new TaskId("web.a")] };

        var answer = Pool.Of(Pool.Node("a", milliCpu: 1000), Pool.Node("b", milliCpu: 1000)).Place(asked, Pool.Noon);

        Assert.Equal(["a", "b"], Pool.NodesOf(answer));
    }

    [Fact]
    public void A_task_given_before_is_given_elsewhere_once_its_node_will_not_do_any_more()
    {
        var placer = Pool.Of(Pool.Node("a"), Pool.Node("b") with { Reserved = Pool.Amount(100, 0) });
        var asked = Pool.Ask(1, Pool.Amount(600, 1));
        Assert.Equal(["a"], Pool.NodesOf(placer.Place(asked, Pool.Noon)));

        placer.Keep(Pool.Node("a") with { Report = 2, Settings = new NodeSettings(NodeAvailability.Drain, 1) });

        Assert.Equal(["b"], Pool.NodesOf(placer.Place(asked with { Request = 2 }, Pool.Noon)));
    }

    [Fact]
    public void Eligible_are_the_nodes_that_the_rules_allow_whether_full_paused_or_out_of_reach()
    {
        var placer = Pool.Of(
            Pool.Node("d", labels: "zone=a"), Pool.Node("c", labels: "zone=b"),
            Pool.Node("b", labels: "zone=a") with { Settings = new NodeSettings(NodeAvailability.Pause, 1) },
            Pool.Node("a", labels: "zone=a") with { Settings = new NodeSettings(NodeAvailability.Drain, 1) });
        placer.KeepUnheard(Pool.Node("e", labels: "zone=a").Node, NodeSettings.Default);
        placer.SetReachable(new NodeId("d"), false);
        var rules = new PlacementRules { Constraints = ["node.labels.zone==a"] };

        Assert.Equal(["b", "d", "e"], placer.Eligible(rules).Select(node => node.Value));
        placer.Remove(new NodeId("d"));
        Assert.Equal(["b", "e"], placer.Eligible(rules).Select(node => node.Value));
    }

    [Fact]
    public void A_node_that_was_only_known_takes_tasks_once_it_has_reported()
    {
        var placer = Pool.Of();
        placer.KeepUnheard(Pool.Node("a").Node, NodeSettings.Default);
        Assert.Equal("0 of 1 nodes: 1 out of reach", placer.Place(Pool.Ask(1), Pool.Noon).Reason);

        Assert.NotNull(placer.Keep(Pool.Node("a")));

        Assert.Equal(["a"], Pool.NodesOf(placer.Place(Pool.Ask(1, request: 2), Pool.Noon)));
    }

    private static PlaceTasks Bind(Resources each, params string[] nodes) => Pool.Ask(0, each) with
    {
        Bound = [.. nodes.Select(node => new TaskPlacement(new TaskId($"web.{node}"), new NodeId(node)))],
    };
}

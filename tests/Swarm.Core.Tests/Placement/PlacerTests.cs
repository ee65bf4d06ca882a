using System.Collections.Immutable;
using Swarm.Core.Images;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Placement;

public sealed class PlacerTests
{
    [Fact]
    public void Tasks_of_a_service_are_spread_over_the_nodes()
    {
        var answer = Pool.Of(Pool.Node("a"), Pool.Node("b"), Pool.Node("c")).Place(Pool.Ask(6), Pool.Noon);

        Assert.Equal(["a", "a", "b", "b", "c", "c"], Pool.NodesOf(answer).Order());
    }

    [Fact]
    public void Of_nodes_with_as_many_tasks_of_the_service_the_emptier_one_is_taken()
    {
        var full = Pool.Node("a") with { Reserved = Pool.Amount(3000, 100) };

        Assert.Equal(
            ["b"], Pool.NodesOf(Pool.Of(full, Pool.Node("b")).Place(Pool.Ask(1, Pool.Amount(500, 10)), Pool.Noon)));
    }

    [Fact]
    public void A_node_on_which_the_service_keeps_failing_comes_last_however_empty_it_is()
    {
        var asked = Pool.Ask(3) with { AvoidNodes = ImmutableSortedDictionary<string, int>.Empty.Add("a", 3) };

        Assert.Equal(["b", "b", "b"], Pool.NodesOf(Pool.Of(Pool.Node("a"), Pool.Node("b")).Place(asked, Pool.Noon)));
    }

    [Theory]
    [InlineData(0, 0, "b")]
    [InlineData(3, 0, "b")]
    [InlineData(5, 0, "a")]
    [InlineData(0, 700, "a")]
    public void A_node_that_has_the_image_is_taken_unless_it_is_clearly_fuller(int tasks, long used, string expected)
    {
        var holder = Holding("b", tasks, Pool.Image("other"), Pool.Image("image")) with
        {
            Reserved = Pool.Amount(used, 0),
        };

        var placed = Pool.Of(Pool.Node("a"), holder).Place(AskForImage(1), Pool.Noon);

        Assert.Equal([expected], Pool.NodesOf(placed));
    }

    [Fact]
    public void Replicas_are_spread_also_where_one_node_alone_has_the_image()
    {
        var placed = Pool.Of(Pool.Node("a"), Holding("b", 0, Pool.Image("image"))).Place(AskForImage(4), Pool.Noon);

        Assert.Equal(["a", "a", "b", "b"], Pool.NodesOf(placed).Order());
    }

    [Theory]
    [InlineData(0, "c")] // it lacks 10 of 1000 bytes, which is worth 1 task
    [InlineData(2, "c")]
    [InlineData(4, "a")]
    public void A_node_that_has_most_of_the_image_comes_before_one_that_has_nothing_of_it(int tasks, string expected)
    {
        var image = Pool.Image("image", ("base", 990), ("top", 10));
        var placer = Pool.Of(
            Pool.Node("a"),
            Holding("b", 20, Pool.Image("small", ("top", 10)), image),
            Holding("c", tasks, Pool.Image("other", ("base", 990), ("its own", 5))));

        Assert.Equal([expected], Pool.NodesOf(placer.Place(AskForImage(1), Pool.Noon)));
    }

    [Fact]
    public void Of_two_nodes_the_one_with_the_larger_part_of_the_image_is_taken()
    {
        var image = Pool.Image("image", ("base", 400), ("middle", 400), ("top", 200));
        var placer = Pool.Of(
            Holding("a", 0, Pool.Image("first", ("base", 400))),
            Holding("b", 0, Pool.Image("second", ("base", 400), ("middle", 400))),
            Holding("c", 20, image));

        Assert.Equal(["b"], Pool.NodesOf(placer.Place(AskForImage(1), Pool.Noon)));
    }

    [Fact]
    public void The_whole_image_is_better_than_all_of_its_layers()
    {
        var placer = Pool.Of(
            Holding("a", 0, Pool.Image("other", ("base", 400))), Holding("b", 0, Pool.Image("image", ("base", 400))));

        Assert.Equal(["b"], Pool.NodesOf(placer.Place(AskForImage(1), Pool.Noon)));
    }

    [Fact]
    public void Running_tasks_count_when_spreading()
    {
        var asked = Pool.Ask(2) with { RunningPerNode = ImmutableSortedDictionary<string, int>.Empty.Add("a", 2) };

        Assert.Equal(["b", "b"], Pool.NodesOf(Pool.Of(Pool.Node("a"), Pool.Node("b")).Place(asked, Pool.Noon)));
    }

    [Fact]
    public void Spreading_over_a_label_comes_before_spreading_over_nodes()
    {
        var placer = Pool.Of(
            Pool.Node("a1", labels: "zone=a"), Pool.Node("a2", labels: "zone=a"), Pool.Node("a3", labels: "zone=a"),
            Pool.Node("b1", labels: "zone=b"));
        var asked = Pool.Ask(6) with { Rules = new PlacementRules { SpreadOver = ["node.labels.zone"] } };

        var nodes = Pool.NodesOf(placer.Place(asked, Pool.Noon));

        Assert.Equal(3, nodes.Count(node => node == "b1"));
        Assert.Equal(["a1", "a2", "a3"], nodes.Where(node => node != "b1").Order());
    }

    [Fact]
    public void The_same_request_is_answered_as_before_and_deducted_once()
    {
        var placer = Pool.Of(Pool.Node("a", milliCpu: 1000));
        var asked = Pool.Ask(1, Pool.Amount(600, 1));

        var first = placer.Place(asked, Pool.Noon);

        Assert.Same(first, placer.Place(asked, Pool.Noon));
        Assert.Equal(new MilliCpu(600), placer.Nodes[0].Reserved.Cpu);
    }

    [Fact]
    public void A_task_asked_for_again_under_another_number_keeps_its_node_and_is_deducted_once()
    {
        var placer = Pool.Of(Pool.Node("a", milliCpu: 1000));
        var asked = Pool.Ask(1, Pool.Amount(600, 1));
        placer.Place(asked, Pool.Noon);

        Assert.Equal(["a"], Pool.NodesOf(placer.Place(asked with { Request = 2 }, Pool.Noon)));
        Assert.Equal(new MilliCpu(600), placer.Nodes[0].Reserved.Cpu);
    }

    [Fact]
    public void What_was_given_away_is_deducted_until_a_report_shows_it()
    {
        var placer = Pool.Of(Pool.Node("a", milliCpu: 1000));
        var placed = placer.Place(Pool.Ask(1, Pool.Amount(600, 1)), Pool.Noon).Placed[0].Task;

        placer.Keep(Pool.Node("a", milliCpu: 1000) with { Report = 2 });
        Assert.Empty(placer.Place(Pool.Ask(1, Pool.Amount(600, 1), request: 2), Pool.Noon).Placed);

        placer.Keep(
            Pool.Node("a", milliCpu: 1000) with { Report = 3, Tasks = [placed], Reserved = Pool.Amount(600, 1) });
        Assert.Equal(new MilliCpu(600), placer.Nodes[0].Reserved.Cpu);

        placer.Keep(Pool.Node("a", milliCpu: 1000) with { Report = 4 });
        Assert.Single(placer.Place(Pool.Ask(1, Pool.Amount(600, 1), request: 3), Pool.Noon).Placed);
    }

    [Theory]
    [InlineData(29, 0)]
    [InlineData(30, 1)]
    [InlineData(-29, 0)]
    [InlineData(-3600, 1)]
    public void What_was_given_away_and_never_used_is_free_again_after_a_while_or_when_the_clock_was_set_back(
        int seconds, int free)
    {
        var placer = Pool.Of(Pool.Node("a", milliCpu: 1000));
        placer.Place(Pool.Ask(1, Pool.Amount(600, 1)), Pool.Noon);
        var other = Pool.Ask(1, Pool.Amount(600, 1), service: "other");

        Assert.Equal(free, placer.Place(other, Pool.Noon + TimeSpan.FromSeconds(seconds)).Placed.Length);
    }

    [Fact]
    public void An_older_report_is_ignored_but_one_of_a_restarted_node_is_not()
    {
        var placer = Pool.Of(Pool.Node("a") with { Report = 7 });

        Assert.Null(placer.Keep(Pool.Node("a") with { Report = 6 }));
        Assert.NotNull(placer.Keep(Pool.Node("a") with { Report = 8 }));
        Assert.NotNull(placer.Keep(Pool.Node("a") with { Report = 1 }));
    }

    [Fact]
    public void A_node_that_was_out_of_reach_may_count_its_reports_anew()
    {
        var placer = Pool.Of(Pool.Node("a") with { Report = 7 });
        placer.SetReachable(new NodeId("a"), false);
        placer.SetReachable(new NodeId("a"), true);

        Assert.NotNull(placer.Keep(Pool.Node("a") with { Report = 2 }));
    }

    [Fact]
    public void A_removed_node_leaves_the_others_as_they_are()
    {
        var placer = Pool.Of(
            Pool.Node("a", milliCpu: 1000), Pool.Node("b", milliCpu: 1000), Pool.Node("c", milliCpu: 1000));
        placer.Place(Pool.Ask(3, Pool.Amount(600, 1)), Pool.Noon);

        placer.Remove(new NodeId("a"));

        Assert.Equal(["b", "c"], placer.Nodes.Select(node => node.Node.Id.Value));
        Assert.All(placer.Nodes, node => Assert.Equal(new MilliCpu(600), node.Reserved.Cpu));
        Assert.Empty(placer.Place(Pool.Ask(1, Pool.Amount(600, 1), service: "other"), Pool.Noon).Placed);
    }

    private static PlaceTasks AskForImage(int tasks) => Pool.Ask(tasks) with { Image = Pool.DigestOf("image") };

    private static NodeReport Holding(string id, int tasks, params NodeImage[] images) =>
        Pool.Node(id).WithImages(images) with
        {
            Tasks = [.. Enumerable.Range(0, tasks).Select(number => new TaskId($"{id}.{number}"))],
        };
}

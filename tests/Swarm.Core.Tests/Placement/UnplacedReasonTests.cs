using System.Collections.Immutable;
using Swarm.Core.Containers;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Placement;

public sealed class UnplacedReasonTests
{
    [Fact]
    public void Why_nothing_could_be_placed_is_said_in_numbers()
    {
        var placer = Pool.Of(
            Pool.Node("a", labels: "zone=a", mebibytes: 100), Pool.Node("b", labels: "zone=a", mebibytes: 100),
            Pool.Node("c"));

        var answer = placer.Place(Pool.Ask(2, Pool.Amount(0, 200), constraints: "node.labels.zone == a"), Pool.Noon);

        Assert.Equal(2, answer.Unplaced.Length);
        Assert.Equal(
            "0 of 3 nodes: 2 short of memory (asked 200 MiB, most free 100 MiB), 1 fail node.labels.zone==a",
            answer.Reason);
        Assert.True(answer.LacksRoom);
    }

    [Fact]
    public void A_pool_without_nodes_says_so() =>
        Assert.Equal("0 of 0 nodes: pool default has no nodes", Reason(Pool.Of(), Pool.Ask(1)));

    [Fact]
    public void Nodes_out_of_reach_paused_or_being_drained_take_nothing()
    {
        var placer = Pool.Of(
            Pool.Node("a"), Pool.Node("b") with { Settings = new NodeSettings(NodeAvailability.Pause, 1) },
            Pool.Node("c") with { Settings = new NodeSettings(NodeAvailability.Drain, 1) });
        placer.SetReachable(new NodeId("a"), false);

        var answer = placer.Place(Pool.Ask(1), Pool.Noon);

        Assert.Equal("0 of 3 nodes: 1 being drained, 1 out of reach, 1 paused", answer.Reason);
        Assert.False(answer.LacksRoom);
    }

    [Fact]
    public void A_node_with_a_full_disk_takes_no_new_task_and_says_so()
    {
        var full = Pool.Node("a") with { IsDiskFull = true };

        var answer = Pool.Of(full, full with { Node = Pool.Node("b").Node }).Place(Pool.Ask(1), Pool.Noon);

        Assert.Equal("0 of 2 nodes: 2 have a full disk", answer.Reason);
        Assert.False(answer.LacksRoom); // what stops frees no disk
        Assert.Equal(["c"], Pool.NodesOf(Pool.Of(full, Pool.Node("c")).Place(Pool.Ask(1), Pool.Noon)));
    }

    [Theory]
    [InlineData(5000, 1, "0 of 1 nodes: 1 short of CPU (asked 5 cores, most free 4)")]
    [InlineData(1, 5000, "0 of 1 nodes: 1 short of memory (asked 5000 MiB, most free 4096 MiB)")]
    public void A_node_short_of_what_is_reserved_is_not_taken(long milliCpu, long mebibytes, string reason) =>
        Assert.Equal(reason, Reason(Pool.Of(Pool.Node("a")), Pool.Ask(1, Pool.Amount(milliCpu, mebibytes))));

    [Fact]
    public void Process_ids_count_where_the_node_counts_them()
    {
        var node = Pool.Node("a");
        var counting = node with { Node = node.Node with { Capacity = node.Node.Capacity with { Pids = 100 } } };
        var asked = Pool.Ask(1, Resources.None with { Pids = 101 });

        Assert.Equal(
            "0 of 1 nodes: 1 short of process ids (asked 101, most free 100)", Reason(Pool.Of(counting), asked));
        Assert.Single(Pool.Of(node).Place(asked, Pool.Noon).Placed);
    }

    [Fact]
    public void A_port_of_the_host_goes_to_one_task_on_each_node()
    {
        var placer = Pool.Of(Pool.Node("a"), Pool.Node("b") with { HostPorts = [new PublishedPort(1, 8080)] });

        var answer = placer.Place(Pool.Ask(2).On(8080), Pool.Noon);

        Assert.Equal(["a"], Pool.NodesOf(answer));
        Assert.Equal("0 of 2 nodes: 2 have port 8080/tcp in use", answer.Reason);
    }

    [Fact]
    public void No_node_gets_more_tasks_of_a_service_than_allowed()
    {
        var asked = Pool.Ask(3) with
        {
            Rules = new PlacementRules { MaxPerNode = 2 },
            RunningPerNode = ImmutableSortedDictionary<string, int>.Empty.Add("a", 1),
        };

        var answer = Pool.Of(Pool.Node("a")).Place(asked, Pool.Noon);

        Assert.Single(answer.Placed);
        Assert.Equal("0 of 1 nodes: 1 already have 2 tasks of web", answer.Reason);
    }

    [Fact]
    public void A_constraint_that_cannot_be_read_is_named() => Assert.Equal(
        "constraint 'node.id==', character 10: nothing to compare with",
        Reason(Pool.Of(Pool.Node("a")), Pool.Ask(1, constraints: "node.id==")));

    private static string Reason(Placer placer, PlaceTasks asked) => placer.Place(asked, Pool.Noon).Reason;
}

using System.Collections.Immutable;
using Swarm.Core.Containers;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Placement;

public sealed class RebalanceTests
{
    [Fact]
    public void A_node_that_joined_gets_its_part_one_task_after_the_other()
    {
        var plan = Plan([Pool.Node("a"), Pool.Node("b"), Pool.Node("c")], Service("web", ("a", 3), ("b", 3)));

        Assert.Equal(["a>c", "b>c"], plan.Moves.Select(move => $"{move.From}>{move.To}"));
        Assert.Equal("rebalance: node a has 3 tasks of it, node c 0", plan.Moves[0].Reason);
        Assert.Equal(2, plan.Moves.Select(move => move.Task).Distinct().Count());
    }

    [Fact]
    public void What_cannot_be_better_stays()
    {
        var plan = Plan([Pool.Node("a"), Pool.Node("b"), Pool.Node("c")], Service("web", ("a", 2), ("b", 1), ("c", 1)));

        Assert.Empty(plan.Moves);
        Assert.Equal("1 services are spread as well as can be", plan.Reason);
    }

    [Fact]
    public void Constraints_room_ports_and_the_most_for_a_node_are_honoured()
    {
        NodeReport[] nodes = [Pool.Node("a", labels: "disk=ssd"), Pool.Node("b", milliCpu: 400)];
        var web = Service("web", ("a", 4));

        Assert.Empty(Plan(nodes, web with { Rules = new PlacementRules { Constraints = ["node.labels.disk==ssd"] } })
            .Moves);
        Assert.Single(Plan(nodes, web with { Reservations = Pool.Amount(300, 0) }).Moves);
        Assert.Single(Plan(nodes, web with { HostPorts = [new PublishedPort(1, 80, Mode: PublishMode.Host)] }).Moves);
        Assert.Single(Plan(nodes, web with { Rules = new PlacementRules { MaxPerNode = 1 } }).Moves);
        Assert.Equal(2, Plan(nodes, web).Moves.Length);
    }

    [Fact]
    public void Nodes_that_are_paused_drained_or_out_of_reach_get_nothing()
    {
        NodeReport[] nodes =
        [
            Pool.Node("a"), Pool.Node("b") with { Settings = new NodeSettings(NodeAvailability.Pause, 1) },
            Pool.Node("c") with { Settings = new NodeSettings(NodeAvailability.Drain, 1) }, Pool.Node("d"),
        ];
        var placer = Pool.Of(nodes);
        placer.SetReachable(new NodeId("d"), false);

        Assert.Empty(placer.Plan(new RequestId("r"), [Service("web", ("a", 9))], false).Moves);
    }

    [Fact]
    public void Labels_to_spread_over_come_before_nodes()
    {
        NodeReport[] nodes =
        [
            Pool.Node("a1", labels: "zone=a"), Pool.Node("a2", labels: "zone=a"), Pool.Node("b1", labels: "zone=b"),
        ];
        var web = Service("web", ("a1", 2), ("a2", 2)) with
        {
            Rules = new PlacementRules { SpreadOver = ["node.labels.zone"] },
        };

        Assert.Equal(["a1>b1", "a2>b1"], Plan(nodes, web).Moves.Select(move => $"{move.From}>{move.To}"));
    }

    [Fact]
    public void A_full_node_is_relieved_where_counts_cannot_be_more_even()
    {
        NodeReport[] nodes =
            [Pool.Node("a") with { Reserved = Pool.Amount(3600, 0) }, Pool.Node("b"), Pool.Node("c")];

        var plan = Plan(nodes, Service("web", ("a", 1)) with { Reservations = Pool.Amount(1000, 0) });

        Assert.Equal("a>b", Assert.Single(plan.Moves.Select(move => $"{move.From}>{move.To}")));
        Assert.Equal("rebalance: node a is 90 % full, node b would be 25 %", plan.Moves[0].Reason);
    }

    [Fact]
    public void Who_others_want_to_be_near_to_or_apart_from_stays()
    {
        var web = Service("web", ("a", 1)) with
        {
            Rules = new PlacementRules { Affinities = [new ServiceAffinity(new ServiceName("db"), true, true)] },
        };

        Assert.Empty(Plan(
            [Pool.Node("a") with { Services = Has("db", 4) }, Pool.Node("b")], web, Service("db", ("a", 4))).Moves);
    }

    [Fact]
    public void Without_being_asked_for_only_the_willing_are_moved()
    {
        var placer = Pool.Of(Pool.Node("a"), Pool.Node("b"));
        RebalanceService[] services =
            [Service("web", ("a", 4)), Service("api", ("a", 4)) with { Willing = true }];

        var plan = placer.Plan(new RequestId("r"), services, onlyWilling: true);

        Assert.Equal(["api", "api"], plan.Moves.Select(move => move.Service.Value));
    }

    [Fact]
    public void A_service_is_told_by_its_details()
    {
        var spec = new ServiceSpec
        {
            Name = Pool.Web,
            Container = new ContainerSpec { Image = "web" },
            RebalancesItself = true,
        };
        ServiceTask[] tasks =
        [
            Task(1, TaskState.Running, TaskState.Running), Task(2, TaskState.Running, TaskState.Starting),
            Task(3, TaskState.Shutdown, TaskState.Running), Task(4, TaskState.Running, TaskState.Failed),
            Task(5, TaskState.Running, TaskState.Running) with { Leaving = "drained" },
            Task(6, TaskState.Running, TaskState.Running) with { SpecVersion = 1 },
        ];

        var details = new ServiceDetails(new ServiceId("s"), spec, 2, UpdateStatus.None, [.. tasks]);
        var service = RebalanceService.Of(details);

        Assert.True(service is { CanMove: true, Willing: true });
        Assert.Equal(4, service.PerNode["a"]);
        Assert.Equal(new TaskPlacement(tasks[0].Id, new NodeId("a")), Assert.Single(service.Movable));
        Assert.False(RebalanceService.Of(details with { Update = new UpdateStatus(UpdatePhase.Updating) }).CanMove);
        Assert.False(RebalanceService.Of(details with { Removing = true }).CanMove);
        Assert.False(RebalanceService
            .Of(details with { Spec = spec with { Mode = new ServiceMode.ReplicatedJob(4, 4) } }).CanMove);
    }

    [Fact]
    public void A_move_is_done_when_the_task_is_gone_and_there_are_as_many_as_before()
    {
        var task = new TaskId("s.1");
        var a = Pool.Node("a") with { Tasks = [task], Services = Has("web", 1) };
        var placer = Pool.Of(a, Pool.Node("b"));
        var move = new RebalanceMove(Pool.Web, task, new NodeId("a"), new NodeId("b"), "");
        Assert.False(placer.IsMoved(move, 1));

        placer.Keep(Pool.Node("a") with { Report = 2 });
        Assert.False(placer.IsMoved(move, 1));

        placer.Keep(Pool.Node("b") with { Report = 2, Tasks = [new TaskId("s.2")], Services = Has("web", 1) });
        Assert.True(placer.IsMoved(move, 1));
    }

    private static RebalancePlan Plan(NodeReport[] nodes, params RebalanceService[] services) =>
        Pool.Of(nodes).Plan(new RequestId("r"), services, onlyWilling: false);

    private static ServiceTask Task(long number, TaskState desired, TaskState state) =>
        new(TaskId.Of(new ServiceId("s"), number), 1, 2, desired, state) { Node = new NodeId("a") };

    private static ImmutableSortedDictionary<string, int> Has(string service, int tasks) =>
        ImmutableSortedDictionary<string, int>.Empty.Add(service, tasks);

    internal static RebalanceService Service(string name, params (string Node, int Tasks)[] where) => new(
        new ServiceName(name), "default", new PlacementRules(), Resources.None, [], CanMove: true, Willing: false,
        where.ToImmutableSortedDictionary(node => node.Node, node => node.Tasks),
        [
            .. where.SelectMany(node => Enumerable.Range(1, node.Tasks).Select(number =>
                new TaskPlacement(new TaskId($"{name}-{node.Node}.{number}"), new NodeId(node.Node)))),
        ]);
}

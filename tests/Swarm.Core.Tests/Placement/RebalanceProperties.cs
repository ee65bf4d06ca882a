using System.Collections.Immutable;
using CsCheck;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Placement;

public sealed class RebalanceProperties
{
    private static readonly Gen<NodeReport[]> Nodes = Gen.Select(
        Gen.Long[1000, 6000], Gen.Int[0, 2], Gen.Int[0, 1],
        (cpu, zone, rack) => Pool.Node("n", cpu, 4096, $"zone={zone}", $"rack={rack}")).Array[1, 6]
        .Select(nodes => nodes.Select((node, i) => node with
        {
            Node = node.Node with { Id = new NodeId($"n{i}"), Name = $"n{i}" },
        }).ToArray());

    private static readonly Gen<RebalanceService> AnyService =
        from perNode in Gen.Int[0, 4].Array[6]
        from cpu in Gen.Int[0, 4]
        from spread in Gen.Int[0, 2]
        from constraint in Gen.Int[0, 3]
        from most in Gen.Int[0, 5]
        from apart in Gen.Int[0, 4]
        select RebalanceTests.Service(
            "s", [.. perNode.Select((tasks, i) => ($"n{i}", tasks)).Where(node => node.tasks > 0)]) with
        {
            Reservations = Pool.Amount(cpu * 100, 0),
            Rules = new PlacementRules
            {
                SpreadOver = [.. new[] { "node.labels.zone", "node.labels.rack" }.Take(spread)],
                Constraints = constraint == 0 ? ["node.labels.zone!=1"] : [],
                MaxPerNode = most,
                Affinities = apart > 1 ? [] :
                    [new ServiceAffinity(new ServiceName("s0"), Near: false, Required: apart == 1, "node.labels.zone")],
            },
        };

    private static readonly Gen<(NodeReport[] Nodes, RebalanceService[] Services)> AnyPool = Gen.Select(
        Nodes, AnyService.Array[1, 4], (nodes, services) => (nodes, services.Select((service, i) => service with
        {
            Name = new ServiceName($"s{i}"),
            PerNode = service.PerNode.Where(node => nodes.Any(one => one.Node.Id.Value == node.Key))
                .ToImmutableSortedDictionary(),
            Movable =
            [
                .. service.Movable.Where(task => nodes.Any(one => one.Node.Id == task.Node))
                    .Select(task => task with { Task = new TaskId(task.Task.Value.Replace("s-", $"s{i}-")) }),
            ],
        }).ToArray()));

    [Fact]
    public void After_a_plan_or_two_there_is_nothing_more_to_move_and_never_is_anything_moved_back() =>
        AnyPool.Sample(pool =>
        {
            var services = pool.Services;
            var moved = new HashSet<(ServiceName, NodeId From, NodeId To)>();
            for (var round = 0; ; round++)
            {
                var moves = Plan(pool.Nodes, services);
                if (moves.IsEmpty) return;

                // A second one has what there was no room for before the first was carried out.
                Assert.True(round < 2, $"a plan after the second: {string.Join("; ", moves)}");
                foreach (var move in moves)
                {
                    Assert.DoesNotContain((move.Service, move.To, move.From), moved);
                    moved.Add((move.Service, move.From, move.To));
                    services = Carry(services, move);
                }
            }
        }, iter: 5000);

    [Fact]
    public void Every_move_goes_where_the_placer_would_allow_it_at_that_time() => AnyPool.Sample(pool =>
    {
        var services = pool.Services;
        foreach (var move in Plan(pool.Nodes, services))
        {
            var service = services.Single(one => one.Name == move.Service);
            var asked = Pool.Ask(1, service.Reservations, service: move.Service.Value) with
            {
                Rules = service.Rules with
                {
                    Constraints = service.Rules.Constraints.Add($"node.id=={move.To}"),
                },
                RunningPerNode = service.PerNode,
            };
            Assert.Single(Pool.Of(Reports(pool.Nodes, services)).Place(asked, Pool.Noon).Placed);
            services = Carry(services, move);
        }
    });

    [Fact]
    public void Without_labels_no_service_is_left_two_tasks_out_of_balance_where_there_is_room() => Gen.Select(
        Gen.Int[1, 7], Gen.Int[0, 9].Array[7]).Sample((nodes, tasks) =>
    {
        var where = tasks.Take(nodes).Select((count, i) => ($"n{i}", count)).Where(node => node.count > 0).ToArray();
        RebalanceService[] services = [RebalanceTests.Service("s0", where)];
        NodeReport[] all = [.. Enumerable.Range(0, nodes).Select(number => Pool.Node($"n{number}"))];
        foreach (var move in Plan(all, services)) services = Carry(services, move);

        var counts = all.Select(node => services[0].PerNode.GetValueOrDefault(node.Node.Id.Value)).ToList();
        return counts.Max() - counts.Min() <= 1;
    });

    private static ImmutableArray<RebalanceMove> Plan(NodeReport[] nodes, RebalanceService[] services) =>
        Pool.Of(Reports(nodes, services)).Plan(new RequestId("r"), services, onlyWilling: false).Moves;

    private static NodeReport[] Reports(NodeReport[] nodes, RebalanceService[] services) =>
    [
        .. nodes.Select(node => node with
        {
            Reserved = services.Aggregate(Resources.None, (sum, service) => Enumerable
                .Repeat(service.Reservations, service.PerNode.GetValueOrDefault(node.Node.Id.Value))
                .Aggregate(sum, (all, one) => all + one)),
            Services = services.Where(service => service.PerNode.ContainsKey(node.Node.Id.Value))
                .ToImmutableSortedDictionary(
                    service => service.Name.Value, service => service.PerNode[node.Node.Id.Value]),
        }),
    ];

    private static RebalanceService[] Carry(RebalanceService[] services, RebalanceMove move) =>
    [
        .. services.Select(service => service.Name != move.Service ? service : service with
        {
            PerNode = Change(Change(service.PerNode, move.From, -1), move.To, 1),
            Movable =
            [
                .. service.Movable.Where(task => task.Task != move.Task),
                new TaskPlacement(new TaskId(move.Task.Value + "+"), move.To),
            ],
        }),
    ];

    private static ImmutableSortedDictionary<string, int> Change(
        ImmutableSortedDictionary<string, int> counts, NodeId node, int by) =>
        counts.GetValueOrDefault(node.Value) + by is var now and > 0
            ? counts.SetItem(node.Value, now) : counts.Remove(node.Value);
}

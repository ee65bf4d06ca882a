using CsCheck;

namespace Swarm.Core.Tests.Placement;

public sealed class PlacerProperties
{
    private static readonly Gen<Resources> Amount = Gen.Select(Gen.Long[0, 1500], Gen.Long[0, 1500], Pool.Amount);

    private static readonly Gen<(long Cpu, long Memory)[]> Nodes =
        Gen.Select(Gen.Long[0, 4000], Gen.Long[0, 4000]).Array[1, 8];

    private static readonly Gen<(int Tasks, Resources Each, int Seconds)[]> Requests =
        Gen.Select(Gen.Int[1, 10], Amount, Gen.Int[0, 5]).Array[1, 12];

    [Fact]
    public void No_node_is_given_more_than_it_has() => Gen.Select(Nodes, Requests).Sample((nodes, requests) =>
    {
        var placer = Pool.Of([.. nodes.Select((node, i) => Pool.Node($"n{i}", node.Cpu, node.Memory))]);
        for (var i = 0; i < requests.Length; i++)
        {
            var asked = Pool.Ask(requests[i].Tasks, requests[i].Each, request: i + 1, service: $"s{i % 3}");
            placer.Place(asked, Pool.Noon + TimeSpan.FromSeconds(requests[i].Seconds));
        }

        return placer.Nodes.All(node => node.Reserved.Cpu <= node.Node.Capacity.Cpu
            && node.Reserved.Memory <= node.Node.Capacity.Memory);
    });

    [Fact]
    public void Every_task_is_answered_for_and_unplaced_only_where_no_node_has_room() =>
        Gen.Select(Nodes, Gen.Int[1, 30], Amount).Sample((nodes, tasks, each) =>
        {
            var placer = Pool.Of([.. nodes.Select((node, i) => Pool.Node($"n{i}", node.Cpu, node.Memory))]);

            var answer = placer.Place(Pool.Ask(tasks, each), Pool.Noon);

            Assert.Equal(tasks, answer.Placed.Length + answer.Unplaced.Length);
            Assert.Equal(answer.Unplaced.IsEmpty, answer.Reason.Length == 0);
            if (answer.Unplaced.IsEmpty) return;
            Assert.DoesNotContain(placer.Nodes, node => Fits(node.Node.Capacity - node.Reserved, each));
        });

    [Fact]
    public void Equal_nodes_differ_by_at_most_one_task() =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[1, 40]).Sample((nodes, tasks) =>
        {
            var placer = Pool.Of([.. Enumerable.Range(1, nodes).Select(number => Pool.Node($"n{number}"))]);

            var counts =
                placer.Place(Pool.Ask(tasks), Pool.Noon).Placed.CountBy(placement => placement.Node).ToDictionary();

            var all = Enumerable.Range(1, nodes)
                .Select(number => counts.GetValueOrDefault(new NodeId($"n{number}")))
                .ToList();
            return all.Max() - all.Min() <= 1;
        });

    private static bool Fits(Resources free, Resources each) =>
        (each.Cpu == MilliCpu.Zero || each.Cpu <= free.Cpu)
            && (each.Memory == Bytes.Zero || each.Memory <= free.Memory);
}

using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using CsCheck;
using Swarm.Core.Images;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Placement;

public sealed partial class PlacementOracleTests
{
    private static readonly NodeImage[] Images =
    [
        Pool.Image("one", ("base", 500), ("one", 500)),
        Pool.Image("other", ("base", 500), ("middle", 250), ("other", 250)),
        Pool.Image("small", ("middle", 250)),
    ];

    private static readonly Gen<NodeReport> AnyNode =
        from cpu in Gen.Long[1000, 4000]
        from memory in Gen.Long[1000, 4000]
        from zone in AnyOf("", "a", "b", "c")
        from rack in AnyOf("1", "2")
        from used in Gen.Long[0, 3]
        from availability in Gen.Frequency(
            (9, Gen.Const(NodeAvailability.Active)), (1, Gen.Const(NodeAvailability.Pause)))
        from isFull in Gen.Frequency((9, Gen.Const(false)), (1, Gen.Const(true)))
        from db in Gen.Int[0, 2]
        from cache in Gen.Int[0, 1]
        from images in Gen.Int[0, 7]
        select Node(cpu, memory, zone, rack).WithImages(Images.Where((_, at) => (images & (1 << at)) != 0)) with
        {
            Reserved = Pool.Amount(used * 500, used * 400),
            Settings = new NodeSettings(availability, 1),
            IsDiskFull = isFull,
            Services = Services(("db", db), ("cache", cache)),
            Tasks = [.. Enumerable.Range(0, db + cache).Select(number => new TaskId($"other.{number}"))],
        };

    private static readonly Gen<ServiceAffinity> AnyAffinity = Gen.Select(
        AnyOf("web", "db", "cache", "none"), Gen.Bool, Gen.Bool,
        AnyOf("node.id", "node.labels.zone", "node.labels.rack"),
        (service, near, required, over) => new ServiceAffinity(new ServiceName(service), near, required, over));

    private static readonly Gen<PlacementRules> AnyRules = Gen.Select(
        AnyOf("node.labels.zone==a", "node.labels.zone!=b", "node.id!=n1").Array[0, 1],
        AnyOf("node.labels.zone", "node.labels.rack").Array[0, 2],
        Gen.Int[0, 3], Gen.Enum<PlacementStrategy>(), AnyAffinity.Array[0, 2],
        (constraints, spread, most, strategy, affinities) => new PlacementRules
        {
            Constraints = [.. constraints],
            SpreadOver = [.. spread.Distinct()],
            MaxPerNode = most,
            Strategy = strategy,
            Affinities = [.. affinities],
        });

    private static readonly Gen<(ImmutableArray<NodeReport> Nodes, PlaceTasks Asked)> AnyCase =
        from nodes in AnyNode.Array[1, 7]
        from rules in AnyRules
        from tasks in Gen.Int[1, 12]
        from each in Gen.Select(AnyOf(0L, 300, 700), AnyOf(0L, 250, 600), Pool.Amount)
        from running in Gen.Int[0, 2].Array[7]
        from failures in Gen.Int[0, 4].Array[7]
        from image in Gen.Int[0, 3]
        let named = nodes.Select((node, i) => node with { Node = node.Node with { Id = new NodeId($"n{i}") } })
        select (named.ToImmutableArray(), Pool.Ask(tasks, each) with
        {
            Rules = rules,
            RunningPerNode = PerNode(running, nodes.Length),
            AvoidNodes = PerNode(failures, nodes.Length),
            Image = image < Images.Length ? Images[image].Id : null,
        });

    [Fact]
    public void Every_choice_is_the_one_found_by_judging_every_node_for_every_task() => AnyCase.Sample(
        one => Assert.Equal(
            new PlacementOracle(one.Nodes, one.Asked, Images).Place(),
            Pool.NodesOf(Pool.Of([.. one.Nodes]).Place(one.Asked, Pool.Noon))),
        iter: 5000);

    [Fact]
    public void The_numbers_of_a_reason_sum_up_to_the_nodes() => AnyCase.Sample(one =>
    {
        var answer = Pool.Of([.. one.Nodes]).Place(one.Asked, Pool.Noon);
        if (answer.Unplaced.IsEmpty) return;

        Assert.StartsWith($"0 of {one.Nodes.Length} nodes: ", answer.Reason, StringComparison.Ordinal);
        var numbers = Part().Matches(answer.Reason[(answer.Reason.IndexOf(": ", StringComparison.Ordinal) + 1)..]);
        Assert.Equal(
            one.Nodes.Length,
            numbers.Sum(number => int.Parse(number.Groups[1].Value, CultureInfo.InvariantCulture)));
    });

    [Fact]
    public void Several_batches_of_several_services_never_take_more_than_there_is() => Gen.Select(
        AnyCase, AnyCase, AnyCase).Sample((first, second, third) =>
    {
        var placer = Pool.Of([.. first.Nodes]);
        var before = placer.Nodes;
        foreach (var (asked, name) in new[] { (first.Asked, "web"), (second.Asked, "db"), (third.Asked, "cache") })
        {
            var tasks = asked.Tasks.Select(task => new TaskId(name + task.Value)).ToImmutableArray();
            placer.Place(asked with { Service = new ServiceName(name), Tasks = tasks }, Pool.Noon);
        }

        return placer.Nodes.Zip(before).All(pair =>
            (pair.First.Reserved.Cpu <= pair.First.Node.Capacity.Cpu
                || pair.First.Reserved.Cpu == pair.Second.Reserved.Cpu)
            && (pair.First.Reserved.Memory <= pair.First.Node.Capacity.Memory
                || pair.First.Reserved.Memory == pair.Second.Reserved.Memory));
    });

    [Fact]
    public void A_standby_is_the_node_that_is_given_a_task_when_another_is_lost() => AnyCase.Sample(
        one =>
        {
            var placer = Pool.Of([.. one.Nodes]);
            placer.Prepare(new PrepareStandbys(one.Asked with { Tasks = [] }), Pool.Noon);

            Assert.Equal(Standbys(one.Nodes, one.Asked), Pool.AskedAhead(placer).Select(ask => ask.Node.Value));
        },
        iter: 2000);

    private static IEnumerable<string> Standbys(ImmutableArray<NodeReport> nodes, PlaceTasks asked)
    {
        var having = nodes.Where(node => asked.Image is { } image && ImageMarks.ShowsImage(node, ImageMarks.Of(image)))
            .Select(node => node.Node.Id.Value).ToHashSet();
        if (!having.Overlaps(asked.RunningPerNode.Keys)) return [];
        return asked.RunningPerNode.Keys.SelectMany(lost =>
        {
            var placer = Pool.Of([.. nodes]);
            placer.SetReachable(new NodeId(lost), false);
            return Pool.NodesOf(placer.Place(
                asked with { Tasks = asked.Tasks[..1], RunningPerNode = asked.RunningPerNode.Remove(lost) },
                Pool.Noon));
        }).Distinct().Except(having);
    }

    private static Gen<T> AnyOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(at => values[at]);

    private static NodeReport Node(long cpu, long memory, string zone, string rack) => zone.Length > 0
        ? Pool.Node("n", cpu, memory, $"zone={zone}", $"rack={rack}")
        : Pool.Node("n", cpu, memory, $"rack={rack}");

    private static ImmutableSortedDictionary<string, int> Services(params (string Name, int Tasks)[] services) =>
        services.Where(service => service.Tasks > 0)
            .ToImmutableSortedDictionary(service => service.Name, service => service.Tasks);

    private static ImmutableSortedDictionary<string, int> PerNode(int[] numbers, int nodes) => numbers.Take(nodes)
        .Select((number, i) => KeyValuePair.Create($"n{i}", number)).Where(node => node.Value > 0)
        .ToImmutableSortedDictionary();

    [GeneratedRegex(@"(?:\A|, ) ?(\d+) [a-z]")]
    private static partial Regex Part();
}

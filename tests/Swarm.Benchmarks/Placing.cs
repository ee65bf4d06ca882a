using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Swarm.Core;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Benchmarks;

/// <summary>Nodes for equal tasks, chosen among 10,000: the decision alone, no actor and no wire.</summary>
internal static class Placing
{
    private const int Nodes = 10_000;
    private const int Runs = 20;
    private const int WarmUps = 30;

    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static Task<IReadOnlyList<Measure>> RunAsync() => Task.FromResult<IReadOnlyList<Measure>>(
    [
        Time("1,000 tasks", "spread", 1000, new PlacementRules()),
        Time("1,000 tasks", "constraint and spread over a label", 1000, Labelled),
        Time("1 task", "spread", 1, new PlacementRules()),
        Time("1 task", "constraint and spread over a label", 1, Labelled),
    ]);

    private static PlacementRules Labelled { get; } = new()
    {
        Constraints = ["node.labels.disk==ssd"],
        SpreadOver = ["node.labels.zone"],
    };

    private static Measure Time(string what, string name, int tasks, PlacementRules rules)
    {
        var measure = new Measure($"{what} on 10,000 nodes, {name}, ms", "");
        for (var run = -WarmUps; run < Runs; run++)
        {
            // A placer that has been at work: what it keeps of its nodes in order is made.
            var placer = Pool();
            placer.Place(Request("first", 1, rules), Noon);
            var request = Request("web", tasks, rules);
            GC.Collect();
            var start = Stopwatch.GetTimestamp();
            var answer = placer.Place(request, Noon);
            var took = Stopwatch.GetElapsedTime(start);
            if (answer.Placed.Length != tasks) throw new InvalidOperationException(answer.Reason);
            if (run >= 0) measure.Add(took.TotalMilliseconds);
        }

        return measure;
    }

    private static PlaceTasks Request(string service, int tasks, PlacementRules rules) => new(
        "default", new ServiceName(service), 1,
        [.. Enumerable.Range(1, tasks).Select(number => TaskId.Of(new ServiceId(service), number))],
        new Resources(new MilliCpu(100), Bytes.FromMebibytes(64)), rules, [],
        ImmutableSortedDictionary<string, int>.Empty, ImmutableSortedDictionary<string, int>.Empty);

    private static Placer Pool()
    {
        var placer = new Placer();
        var chance = new Random(7);
        for (var number = 0; number < Nodes; number++)
        {
            var id = new NodeId(chance.NextInt64().ToString("x16", CultureInfo.InvariantCulture));
            var labels = ImmutableSortedDictionary<string, string>.Empty
                .Add("zone", $"z{number % 7}").Add("disk", number % 3 == 0 ? "hdd" : "ssd");
            var capacity = new Resources(new MilliCpu(chance.Next(4, 64) * 1000), Bytes.FromMebibytes(65_536));
            var used = new Resources(new MilliCpu(chance.Next(0, 3000)), Bytes.FromMebibytes(chance.Next(0, 30_000)));
            placer.Keep(new NodeReport(
                "default",
                new NodeDescription(id, $"h{number}", $"akka.tcp://swarm@h{number}:1", "default", capacity)
                {
                    Labels = labels,
                    Architecture = "amd64",
                },
                NodeSettings.Default, 1, used, [], []));
        }

        return placer;
    }
}

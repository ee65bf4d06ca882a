using System.Diagnostics;
using System.Globalization;
using Swarm.Hosts;
using Swarm.Hosts.Images;
using Swarm.Hosts.Nodes;
using Swarm.Hosts.Services;

namespace Swarm.Benchmarks;

/// <summary>A layer that one of eight hosts has comes to all of them, over links that carry so much and no more.
/// </summary>
internal static class ImageSharing
{
    private const int Count = 8;
    private const int Megabits = 200;
    private const int Mebibytes = 191;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>3, or SWARM_BENCH_RUNS.</summary>
    private static int Runs => int.Parse(
        Environment.GetEnvironmentVariable("SWARM_BENCH_RUNS") ?? "3", CultureInfo.InvariantCulture);

    public static async Task<IReadOnlyList<Measure>> RunAsync()
    {
        var shared = new Measure($"200 MB on one of {Count} hosts to all, {Megabits} Mbit/s, s", "< 16");
        var running = new Measure("the same, until a replica runs on each, s", "");
        var sent = new Measure("sent by the first host, times the layer", "< 2");
        var processor = new Measure("processor s of all hosts for that", "");
        var memory = new Measure("swarmd above idle meanwhile, the host with the most, MiB", "< 60");
        await using var hosts = await SwarmHosts.StartAsync(new HostsOptions
        {
            Count = Count,
            Daemon = [Path.Combine(Repository.Published, "swarmd.folder", "swarmd")],
            // Eight hosts take two cores between them: what each says comes late, and none shall be taken for dead.
            Settings = "swarm.images.copies = 1\nswarm.cluster.heartbeat-pause = 20s",
        });
        await hosts.LimitLinksAsync(Megabits);
        for (var run = 0; run < Runs; run++)
        {
            var image = new LargeImage($"shared{run}", Mebibytes);
            await Scenario.RunAsync(hosts, async scenario =>
            {
                using (var images = hosts[1].Images()) await images.LoadAsync(image.Open());
                var idle = hosts.All.Select(host => host.ResidentMebibytes()).ToList();
                var before = await SentAsync(hosts[1]);
                var worked = ProcessorTime(hosts);
                var since = Stopwatch.GetTimestamp();
                await scenario.Ledger.DeployAsync(Composed.OfImage(
                    image.Name, Composed.Sleepers("web", Count, "placement: { max_replicas_per_node: 1 }")));
                var most = 0.0;
                await Until.TrueAsync(
                    () =>
                    {
                        var above = hosts.All.Zip(idle, (host, then) => host.ResidentMebibytes() - then);
                        most = Math.Max(most, above.Max());
                        return hosts.All.All(host => HasWhole(image, host));
                    },
                    () => $"{hosts.All.Count(host => HasWhole(image, host))} of {Count} have it", Patience);
                shared.Add(Stopwatch.GetElapsedTime(since).TotalSeconds);
                processor.Add((ProcessorTime(hosts) - worked).TotalSeconds);
                sent.Add((await SentAsync(hosts[1]) - before) / (Mebibytes * 1024.0 * 1024));
                await Until.TrueAsync(
                    () => scenario.Living().Count == Count, () => $"{scenario.Living().Count} live", Patience);
                running.Add(Stopwatch.GetElapsedTime(since).TotalSeconds);
                memory.Add(most);
            });
        }

        return [shared, running, processor, sent, memory];
    }

    private static TimeSpan ProcessorTime(SwarmHosts hosts) =>
        hosts.All.Aggregate(TimeSpan.Zero, (sum, host) => sum + host.ProcessorTime);

    private static bool HasWhole(LargeImage image, SwarmHost host) =>
        File.Exists($"{host.DataRoot}/images/blobs/sha256/{image.LayerHex}");

    /// <summary>Bytes that a host has sent, of all kinds.</summary>
    private static async Task<long> SentAsync(SwarmHost host)
    {
        const int Sent = 8;
        var line = (await host.RunAsync("cat", "/proc/net/dev")).Split('\n')
            .Single(text => text.TrimStart().StartsWith("eth0:", StringComparison.Ordinal));
        var fields = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return long.Parse(fields[Sent], CultureInfo.InvariantCulture);
    }
}

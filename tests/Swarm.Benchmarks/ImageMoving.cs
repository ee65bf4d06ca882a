using System.Diagnostics;
using Swarm.Hosts;
using Swarm.Hosts.Images;
using Swarm.Hosts.Nodes;
using Swarm.Hosts.Services;

namespace Swarm.Benchmarks;

/// <summary>Memory of swarmd while 2 GB come from one host to another, as several images at once.</summary>
internal static class ImageMoving
{
    private const int Images = 4;
    private const int MebibytesOfEach = 512;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static async Task<IReadOnlyList<Measure>> RunAsync()
    {
        var took = new Measure($"{Images} images of {MebibytesOfEach} MiB from one host to another, s", "");
        var sending = new Measure("swarmd of the host that sends them, most above idle, MiB", "< 60");
        var receiving = new Measure("swarmd of the host that receives them, most above idle, MiB", "< 60");
        await using var hosts = await SwarmHosts.StartAsync(new HostsOptions
        {
            Count = 2,
            Daemon = [Path.Combine(Repository.Published, "swarmd.folder", "swarmd")],
            Settings = "swarm.images.copies = 1\nswarm.cluster.heartbeat-pause = 20s",
        });
        await Scenario.RunAsync(hosts, async scenario =>
        {
            var moved = new List<(string Name, string LayerHex)>();
            for (var number = 0; number < Images; number++) moved.Add(await LoadAsync(hosts[1], $"moved{number}"));
            var idle = hosts.All.Select(host => host.ResidentMebibytes()).ToList();
            foreach (var host in hosts.All) host.ForgetPeak();
            var since = Stopwatch.GetTimestamp();
            foreach (var (name, _) in moved)
            {
                await scenario.Ledger.DeployAsync(Composed.OfImage(
                    name, Composed.Sleepers(name, 2, "placement: { max_replicas_per_node: 1 }")));
            }

            await Until.TrueAsync(
                () => moved.All(image => HasWhole(image.LayerHex, hosts[2])),
                () => $"{moved.Count(image => HasWhole(image.LayerHex, hosts[2]))} of {Images} came", Patience);
            took.Add(Stopwatch.GetElapsedTime(since).TotalSeconds);
            await Until.TrueAsync(
                () => scenario.Living().Count == 2 * Images, () => $"{scenario.Living().Count} live", Patience);
            sending.Add(hosts[1].PeakMebibytes() - idle[0]);
            receiving.Add(hosts[2].PeakMebibytes() - idle[1]);
        });

        return [took, sending, receiving];
    }

    // The image is in memory here only as long as it is loaded.
    private static async Task<(string Name, string LayerHex)> LoadAsync(SwarmHost host, string name)
    {
        var image = new LargeImage(name, MebibytesOfEach);
        using var images = host.Images();
        await images.LoadAsync(image.Open());
        return (name, image.LayerHex);
    }

    private static bool HasWhole(string layer, SwarmHost host) =>
        File.Exists($"{host.DataRoot}/images/blobs/sha256/{layer}");
}

using System.Globalization;
using Swarm.Core;
using Swarm.Core.Services;
using Swarm.Hosts.Images;
using Swarm.Hosts.Nodes;
using Swarm.Hosts.Services;

namespace Swarm.Hosts.Tests;

/// <summary>An image on its way to many hosts at once, which give it to each other.</summary>
public sealed class EightHostsTests
{
    private const int Count = 8;
    private const int Megabits = 100;
    private const int Mebibytes = 160;

    // Pieces that were on their way, and all that is no piece.
    private const int BesidesMebibytes = 32;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    [Fact, Trait("Length", "long")]
    public async Task An_image_of_one_host_runs_on_all_though_one_dies_and_one_is_told_to_end_while_it_comes()
    {
        await using var hosts = await SwarmHosts.StartAsync(new HostsOptions
        {
            Count = Count,
            // Eight hosts take few cores between them: what each says comes late, and only the dead are to be taken so.
            Settings = "swarm.images.copies = 1\nswarm.cluster.heartbeat-pause = 20s",
        });
        await hosts.LimitLinksAsync(Megabits);
        await Scenario.RunAsync(hosts, async scenario =>
        {
            var image = new LargeImage("shared", Mebibytes);
            await image.LoadAsync(hosts[1]);
            var web = await scenario.Ledger.DeployAsync(Composed.OfImage(
                image.Name, Composed.Sleepers("web", Count, "placement: { max_replicas_per_node: 1 }")));
            var (dead, ended) = await HalfWayAsync(hosts, web, image);

            await dead.PowerOffAsync();
            var had = image.MebibytesOn(dead);
            Assert.Equal(0, await ended.StopDaemonAsync());
            ended.StartDaemon();
            await dead.StartAsync();
            await hosts.LimitLinkAsync(dead, Megabits);

            await Until.TrueAsync(
                () => hosts.All.All(host => image.IsWholeOn(host)), () => Come(image, hosts), Patience);
            var came = await ReceivedAsync(dead) >> 20;
            Assert.True(
                came < Mebibytes - had + BesidesMebibytes, $"{had} of {Mebibytes} MiB were there, and {came} came");
            await scenario.UntilSettledAsync(Patience);
            Assert.Equal(Count, scenario.Living().Select(one => one.Host).Distinct().Count());
            Assert.Equal(Count, (await hosts.Client.GetServiceAsync(web)).Tasks.Count(Runs));
        });
    }

    private static bool Runs(ServiceTask task) =>
        task is { State: TaskState.Running, Desired: TaskState.Running };

    /// <summary>Waits until about half of it is on two hosts that only fetch it.</summary>
    private static async Task<(SwarmHost Dead, SwarmHost Ended)> HalfWayAsync(
        SwarmHosts hosts, ServiceName service, LargeImage image)
    {
        var fetching = hosts.Others(hosts[1], hosts.HolderOf(service), hosts.Placer(), hosts.Oldest());
        await Until.TrueAsync(
            () => fetching.Take(2).All(host => image.MebibytesOn(host) > Mebibytes / 2),
            () => Come(image, hosts), Patience);
        Assert.All(fetching.Take(2), host => Assert.False(image.IsWholeOn(host), $"{host.Name} has all of it"));
        return (fetching[0], fetching[1]);
    }

    private static string Come(LargeImage image, SwarmHosts hosts) => string.Join(
        ", ", hosts.All.Select(host => image.IsWholeOn(host)
            ? $"{host.Name} has it"
            : $"{host.Name} has {image.MebibytesOn(host)} of {Mebibytes} MiB"));

    /// <summary>Bytes that came to a host since it is on, of all kinds.</summary>
    private static async Task<long> ReceivedAsync(SwarmHost host) => long.Parse(
        await host.RunAsync("cat", "/sys/class/net/eth0/statistics/rx_bytes"), CultureInfo.InvariantCulture);
}

using Swarm.Core.Services;
using Swarm.Hosts.Images;
using Swarm.Hosts.Nodes;
using Swarm.Hosts.Services;

namespace Swarm.Hosts.Tests;

/// <summary>Hosts with small disks, which fill up.</summary>
public sealed class SmallDiskTests
{
    private const string OneOnEachButTheFirst =
        "placement: { max_replicas_per_node: 1, constraints: [node.hostname != host1] }";

    [Fact, Trait("Length", "long")]
    public async Task A_disk_that_fills_up_while_an_image_comes_fails_the_task_with_the_reason_and_hurts_nothing_else()
    {
        await using var hosts = await SwarmHosts.StartAsync(new HostsOptions
        {
            DiskMebibytes = 1024,
            Settings = "swarm.images.copies = 1\nswarm.disk.check-every = 2s",
        });
        await Scenario.RunAsync(hosts, async scenario =>
        {
            var image = new LargeImage("large", mebibytes: 200);
            await image.LoadAsync(hosts[1]);
            await scenario.RunAsync(Composed.Sleepers("beside", 3, "placement: { max_replicas_per_node: 1 }"));
            var beside = scenario.Living();
            await hosts.LimitLinkAsync(hosts[1], megabits: 100);
            var web = await scenario.Ledger.DeployAsync(
                Composed.OfImage(image.Name, Composed.Sleepers("web", 1, OneOnEachButTheFirst)));
            var full = await FetchingAsync(hosts, image);

            hosts.DiskOf(full).Fill();
            var failed = await scenario.UntilAsync(web, service => service.Tasks.Any(task => FailedOn(full, task)));
            Assert.Contains(
                "No space left on device", failed.Tasks.First(task => FailedOn(full, task)).Reason,
                StringComparison.Ordinal);
            await scenario.UntilSettledAsync();
            Assert.Single(scenario.Living(hosts.Others(hosts[1], full)).Except(beside));

            await scenario.Ledger.ScaleAsync(web, 2);
            var waiting = await scenario.UntilAsync(web, service => service.Tasks.Any(WaitsForTheDisk));
            Assert.Contains(
                "1 have a full disk", waiting.Tasks.Single(WaitsForTheDisk).Reason, StringComparison.Ordinal);
            Assert.Superset(beside.ToHashSet(), scenario.Living().ToHashSet());
            using (var images = full.Images()) Assert.NotEmpty(await images.ListAsync());

            hosts.DiskOf(full).Clear();
            await scenario.UntilSettledAsync();
            Assert.Superset(beside.ToHashSet(), scenario.Living().ToHashSet());
            Assert.Single(scenario.Living(full).Except(beside));
            Assert.Equal(0, hosts.All.Sum(host => host.Ends));
        });
    }

    /// <summary>Waits until a part of it is on the host that was chosen.</summary>
    private static async Task<SwarmHost> FetchingAsync(SwarmHosts hosts, LargeImage image)
    {
        SwarmHost? fetching = null;
        await Until.TrueAsync(
            () => (fetching = hosts.Others(hosts[1]).FirstOrDefault(host => image.MebibytesOn(host) > 40)) is not null,
            () => "nothing came to any host");
        Assert.False(image.IsWholeOn(fetching!), $"{fetching!.Name} has all of it");
        return fetching;
    }

    private static bool FailedOn(SwarmHost host, ServiceTask task) =>
        task.State is TaskState.Rejected or TaskState.Failed && task.Node == host.NodeId;

    private static bool WaitsForTheDisk(ServiceTask task) =>
        task is { Node: null, Desired: TaskState.Running }
        && task.Reason.Contains("full disk", StringComparison.Ordinal);
}

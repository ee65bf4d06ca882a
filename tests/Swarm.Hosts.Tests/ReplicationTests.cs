using System.Text.Json;
using Swarm.Client;
using Swarm.Core;
using Swarm.Core.Nodes;
using Swarm.Core.Services;
using Swarm.Hosts.Images;
using Swarm.Hosts.Nodes;
using Swarm.Hosts.Services;

namespace Swarm.Hosts.Tests;

/// <summary>Images go from host to host; there is no registry.</summary>
[Collection(ThreeHosts.Name)]
public sealed class ReplicationTests(ThreeHosts shared)
{
    private readonly SwarmHosts _hosts = shared.Hosts;

    [Fact]
    public Task An_image_that_one_host_has_runs_on_all_of_them() => Scenario.RunAsync(_hosts, async scenario =>
    {
        var image = new LargeImage("only-here", mebibytes: 20);
        await image.LoadAsync(_hosts[1]);

        var web = await scenario.RunAsync(Composed.OfImage("only-here", Composed.Sleepers("web", 6)));

        Assert.Equal([2, 2, 2], scenario.Living().CountBy(one => one.Host).Select(count => count.Value));
        var log = string.Join('\n', _hosts[2].ReadLog());
        Assert.Contains("Fetched image", log, StringComparison.Ordinal);
        await RemoveAsync(scenario, web, image);
    });

    [Fact, Trait("Length", "long")]
    public Task When_a_host_dies_in_the_middle_of_giving_the_rest_comes_from_another() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            var image = new LargeImage("given-on", mebibytes: 200);
            await image.LoadAsync(_hosts[1]);
            await image.LoadAsync(_hosts[2]);
            foreach (var giver in new[] { _hosts[1], _hosts[2] }) await _hosts.LimitLinkAsync(giver, megabits: 100);
            var service = await scenario.Ledger.DeployAsync(
                Composed.OfImage("given-on", Composed.Sleepers("web", 3, "placement: { max_replicas_per_node: 1 }")));
            await Until.TrueAsync(
                () => image.MebibytesOn(_hosts[3]) > 20, () => $"{image.MebibytesOn(_hosts[3])} MiB came");

            // One of the two that give, and not the one that decides.
            var dead = scenario.Hosts.HolderOf(service) == _hosts[1] ? _hosts[2] : _hosts[1];
            await dead.PowerOffAsync();
            await Until.TrueAsync(
                () => image.IsWholeOn(_hosts[3]), () => $"{image.MebibytesOn(_hosts[3])} MiB came");
            await scenario.UntilAsync(service, one => one.Tasks.Count(
                task => task.State == TaskState.Running && task.Node != dead.NodeId) >= 2);

            await dead.StartAsync();
            await dead.ReadyAsync();
            await scenario.UntilSettledAsync();
            await RemoveAsync(scenario, service, image);
        });

    [Fact, Trait("Length", "long")]
    public Task What_has_rotted_on_the_disk_of_a_host_is_not_taken_from_there() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            var image = new LargeImage("rotten", mebibytes: 20);
            await image.LoadAsync(_hosts[1]);
            await image.LoadAsync(_hosts[2]);
            await RotAsync(image.BlobOn(_hosts[1]));

            var web = await scenario.RunAsync(Composed.OfImage(
                "rotten", Composed.Sleepers("web", 3, "placement: { max_replicas_per_node: 1 }")));

            Assert.Contains("is broken", string.Join('\n', _hosts[1].ReadLog()), StringComparison.Ordinal);
            Assert.Equal(
                await File.ReadAllBytesAsync(image.BlobOn(_hosts[2])),
                await File.ReadAllBytesAsync(image.BlobOn(_hosts[3])));
            await RemoveAsync(scenario, web, image);
        });

    [Fact, Trait("Length", "long")]
    public Task The_loss_of_a_host_loses_no_image() => Scenario.RunAsync(_hosts, async scenario =>
    {
        var image = new LargeImage("copied", mebibytes: 20, copies: 2);
        await image.LoadAsync(_hosts[1]);
        await Until.TrueAsync(
            async () => await NodesOfAsync(image, _hosts[1]) == 2, () => $"{image.Name} is on {CountOf(image)} hosts");
        var copy = _hosts.Others(_hosts[1]).Single(host => image.IsWholeOn(host));
        var third = _hosts.Others(_hosts[1], copy).Single();

        await copy.KillDaemonAsync();
        copy.StartDaemon();
        await copy.ReadyAsync();
        await _hosts.UntilAllReachableAsync();
        Assert.False(image.IsWholeOn(third), "a restart has cost a copy");

        await _hosts[1].PowerOffAsync();
        await Until.TrueAsync(
            () => third.LastSaid("was copied here") is not null, () => $"nothing of a copy in: {third.LogEnd()}");
        var web = await scenario.RunAsync(Composed.OfImage("copied", Composed.Sleepers("web", 2)));
        await scenario.Ledger.RemoveAsync(web);
        await Until.TrueAsync(() => scenario.Living().Count == 0, () => $"{scenario.Living().Count} live");

        await _hosts[1].StartAsync();
        await _hosts[1].ReadyAsync();
        await _hosts.UntilAllReachableAsync();
        await Until.TrueAsync(
            () => Marks(image, copy, third).Order().SequenceEqual(["Kept", "Spare"]),
            () => $"copies are {string.Join(' ', Marks(image, copy, third))}");
        using var images = _hosts[1].Images();
        await images.RemoveAsync(image.Name, force: false);
        await UntilOnAsync(image, 0);
        await Until.StaysAsync(
            TimeSpan.FromSeconds(3), () => CountOf(image) == 0, () => $"{CountOf(image)} hosts have it again");
    });

    [Fact, Trait("Length", "long")]
    public Task A_failover_finds_its_image_where_it_goes() => Scenario.RunAsync(_hosts, async scenario =>
    {
        var (first, standby, never) = (_hosts[1], _hosts[2], _hosts[3]);
        var image = new LargeImage("ahead", mebibytes: 20);
        await image.LoadAsync(first);
        await HaveDiskAsync(first);
        var web = await scenario.RunAsync(Composed.OfImage("ahead", Composed.Sleepers(
            "web", 1, "placement: { constraints: ['node.labels.disk == ssd'] }")));
        Assert.Equal([first.Name], scenario.Living().Select(one => one.Host));

        await HaveDiskAsync(standby);
        await Until.TrueAsync(
            () => image.IsWholeOn(standby) && Marks(image, standby).SequenceEqual(["Spare"]),
            () => $"copies are {string.Join(' ', Marks(image, standby))}: {standby.LogEnd()}");
        var fetched = standby.LastSaid("Fetched image");
        await first.PowerOffAsync();
        await scenario.UntilAsync(web, service => service.Tasks.Any(
            task => task.State == TaskState.Running && task.Node == standby.NodeId));

        Assert.Equal(fetched, standby.LastSaid("Fetched image"));
        Assert.False(image.IsWholeOn(never), "a host has it that can never run it");
        await first.StartAsync();
        await first.ReadyAsync();
        await _hosts.UntilAllReachableAsync();
        await scenario.UntilSettledAsync();
        await RemoveAsync(scenario, web, image);
        foreach (var host in (SwarmHost[])[first, standby])
            await _hosts.Client.UpdateNodeAsync(host.NodeId, new NodeChange { RemoveLabels = ["disk"] });
    });

    private async Task HaveDiskAsync(SwarmHost host) => await _hosts.Client.UpdateNodeAsync(
        host.NodeId, new NodeChange { SetLabels = NodeSettings.Default.Labels.Add("disk", "ssd") });

    private int CountOf(LargeImage image) => _hosts.All.Count(host => image.IsWholeOn(host));

    private Task UntilOnAsync(LargeImage image, int hosts) => Until.TrueAsync(
        () => CountOf(image) == hosts, () => $"{image.Name} is on {CountOf(image)} hosts");

    private static async Task<int?> NodesOfAsync(LargeImage image, SwarmHost host)
    {
        using var images = host.Images();
        return (await images.ListAsync()).Single(
            one => one.Tags.Any(name => name.Contains(image.Name, StringComparison.Ordinal))).Nodes;
    }

    /// <summary>What hosts have noted of their copies of an image; there are notes of others, too.</summary>
    private static IEnumerable<string> Marks(LargeImage image, params SwarmHost[] hosts) => hosts
        .SelectMany(host => Directory.GetFiles($"{host.DataRoot}/images/copies"))
        .Select(File.ReadAllText)
        .Where(note => note.Contains($"/{image.Name}:", StringComparison.Ordinal))
        .Select(note => JsonDocument.Parse(note).RootElement.GetProperty("mark").GetString()!);

    private async Task RemoveAsync(Scenario scenario, ServiceName service, LargeImage image)
    {
        await scenario.Ledger.RemoveAsync(service);
        await Until.TrueAsync(() => scenario.Living().Count == 0, () => $"{scenario.Living().Count} live");
        await image.RemoveAsync(_hosts);
    }

    private static async Task RotAsync(string path)
    {
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = 5_000_000;
        var old = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(old ^ 1));
    }
}

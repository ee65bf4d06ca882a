using System.Formats.Tar;
using Swarm.Client;
using Swarm.Client.Images;
using Swarm.Daemon.Tests.Docker;

namespace Swarm.Daemon.Tests.Services;

/// <summary>A node whose data root is a small disk, which fills up.</summary>
public sealed class DiskTests
{
    private static readonly string[] Marks =
    [
        "swarm.disk.high-percent=45", "swarm.disk.low-percent=40", "swarm.disk.full-percent=80",
        "swarm.disk.check-every=1s", "swarm.disk.age-min=0ms",
    ];

    [Fact]
    public async Task What_nothing_uses_goes_when_the_disk_fills_up_and_named_images_that_only_this_node_has_stay()
    {
        using var disk = LoopDisk.WithProjects();
        await using var node = await TestNode.StartAsync(
            new DaemonProcess { DataFolder = disk.Path, Settings = Marks });
        var docker = new DockerClient(node.Daemon.Socket);
        using var images = new ImageClient(node.Daemon.Socket);
        var used = await docker.DoAsync("create", "box", "true");
        // Each takes the disk twice: as it came, and unpacked. Those before lose their name to the next one.
        for (var turn = 0; turn < 3; turn++) await images.ImportAsync(Large(45 << 20, turn), "large", "1");

        var listed = "";
        var free = 0L;
        // What is listed no more may be on the disk still: its files go after its record.
        await node.UntilAsync(
            async () => (listed = await ListAsync(docker)) == "box:latest large:1"
                && Said(node, "Room was made on the disk")
                && (free = new DriveInfo(disk.Path).AvailableFreeSpace) > 160L << 20,
            () => $"{listed}, {free >> 20} MiB are free");

        await docker.DoAsync("start", used);
        Assert.Equal("0", await docker.DoAsync("wait", used));
        var size = await docker.DoAsync("run", "--rm", "large:1", "/bin/du", "-h", "/large");
        Assert.Equal("45.0M", size.Split('\t')[0]);
    }

    [Fact]
    public async Task A_disk_that_cannot_be_helped_takes_no_new_task_keeps_what_runs_and_says_why()
    {
        using var disk = LoopDisk.WithProjects();
        await using var node = await TestNode.StartAsync(
            new DaemonProcess { DataFolder = disk.Path, Settings = Marks });
        var running = await node.RunAsync(Composed.Sleepers(1));
        var filler = Path.Combine(disk.Path, "filler");
        await File.WriteAllBytesAsync(filler, new byte[260 << 20]);
        await node.UntilAsync(
            () => Task.FromResult(Said(node, "this node takes no new tasks")), () => "the full disk was not told");

        var late = await node.DeployAsync(Composed.Sleepers(1).Replace("sleep:", "late:", StringComparison.Ordinal));
        await node.UntilAsync(late.Name, service => service.Tasks.Any(task =>
            task.Reason.Contains("disk", StringComparison.Ordinal) && task.Reason.Contains(
                "full", StringComparison.Ordinal)));
        await node.UntilAsync(
            () => Task.FromResult(Said(node, "stays above its high watermark")), () => "nothing was told");
        Assert.Equal(
            ProgressOutcome.Reached,
            ServiceProgress.Of(await node.Client.GetServiceAsync(running.Spec.Name)).Outcome);

        File.Delete(filler);
        await node.UntilAsync(late.Name, service => ServiceProgress.Of(service).Outcome == ProgressOutcome.Reached);
        await node.RemoveAsync(late.Name);
        await node.RemoveAsync(running.Spec.Name);
    }

    [Fact]
    public async Task Of_a_disk_that_a_container_filled_up_ends_are_known_and_room_can_be_made_also_after_a_crash()
    {
        using var disk = LoopDisk.WithProjects();
        await using var node = await TestNode.StartAsync(new DaemonProcess { DataFolder = disk.Path });
        var docker = new DockerClient(node.Daemon.Socket);
        var other = await docker.DoAsync("run", "-d", "--stop-timeout", "0", "box", "/bin/sleep", "600");
        var filling = await docker.DoAsync("create", "box", "/bin/sh", "-c", "/bin/cat /dev/zero >/full; exit 5");

        await docker.DoAsync("start", filling);
        Assert.Equal("5", await docker.DoAsync("wait", filling));
        await docker.DoAsync("stop", other);
        Assert.Equal("137", await docker.DoAsync("inspect", "-f", "{{.State.ExitCode}}", other));

        await node.ReplaceDaemonAsync();
        Assert.Equal("5", await docker.DoAsync("inspect", "-f", "{{.State.ExitCode}}", filling));
        await docker.DoAsync("rm", filling);
        await docker.DoAsync("start", other);
        await docker.DoAsync("rm", "-f", other);
    }

    private static async Task<string> ListAsync(DockerClient docker)
    {
        var lines = await docker.DoAsync("images", "--format", "{{.Repository}}:{{.Tag}}");
        return string.Join(' ', lines.Split('\n').Order(StringComparer.Ordinal));
    }

    private static bool Said(TestNode node, string words) =>
        node.Daemon.Output.Any(line => line.Contains(words, StringComparison.Ordinal));

    // The program of box, and bytes that nothing presses together.
    private static MemoryStream Large(int bytes, int seed)
    {
        var content = new byte[bytes];
        new Random(seed).NextBytes(content);
        var written = new MemoryStream();
        using (var tar = new TarWriter(written, TarEntryFormat.Pax, leaveOpen: true))
        {
            using var box = new TarReader(BusyboxArchive.Open());
            while (box.GetNextEntry(copyData: true) is { } entry) tar.WriteEntry(entry);
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "large")
            {
                DataStream = new MemoryStream(content),
            });
        }

        written.Position = 0;
        return written;
    }
}

using Swarm.Daemon.Tests.Services;

namespace Swarm.Daemon.Tests.Docker;

/// <summary>What containers may write to their own files at most, with the options of the <c>docker</c> command.
/// </summary>
public sealed class StorageLimitTests
{
    [QuotaTheory]
    [InlineData("xfs")]
    [InlineData("ext4")]
    public async Task A_container_is_kept_to_its_size_also_after_swarmd_was_replaced_until_it_is_removed(string kind)
    {
        using var disk = LoopDisk.WithQuotas(kind);
        await using var node = await TestNode.StartAsync(new DaemonProcess { DataFolder = disk.Path });
        var docker = new DockerClient(node.Daemon.Socket);
        await docker.DoAsync("run", "-d", "--name", "kept", "--storage-opt", "size=10M", "box", "sleep", "1000");

        Assert.Equal("10240", await docker.DoAsync("exec", "kept", "sh", "-c", "df -k / | tail -1 | awk '{print $2}'"));
        Assert.Equal("10M", await docker.DoAsync(
            "inspect", "--format", "{{.HostConfig.StorageOpt.size}}", "kept"));
        await node.ReplaceDaemonAsync();
        var full = await docker.RunAsync("exec", "kept", "dd", "if=/dev/zero", "of=/full", "bs=1M", "count=12");
        Assert.NotEqual(0, full.ExitCode);
        Assert.Matches("(?i)no space left|quota exceeded", full.Errors);
        await docker.DoAsync("run", "--rm", "box", "dd", "if=/dev/zero", "of=/full", "bs=1M", "count=20");

        await docker.DoAsync("restart", "-t", "0", "kept");
        Assert.Equal("10240", await docker.DoAsync("exec", "kept", "sh", "-c", "df -k / | tail -1 | awk '{print $2}'"));
        await docker.DoAsync("rm", "-f", "kept");
        await docker.DoAsync("run", "--rm", "--storage-opt", "size=20M", "box",
            "dd", "if=/dev/zero", "of=/full", "bs=1M", "count=15");
    }

    [QuotaTheory]
    [InlineData("xfs")]
    [InlineData("ext4")]
    public async Task A_copy_into_a_container_that_does_not_fit_is_refused_with_the_reason(string kind)
    {
        using var disk = LoopDisk.WithQuotas(kind);
        await using var node = await TestNode.StartAsync(new DaemonProcess { DataFolder = disk.Path });
        var docker = new DockerClient(node.Daemon.Socket);
        await docker.DoAsync("create", "--name", "small", "--storage-opt", "size=4m", "box", "true");
        var large = Path.Combine(disk.Path, "large");
        await File.WriteAllBytesAsync(large, new byte[8 << 20]);

        var refused = await docker.RunAsync("cp", large, "small:/large");

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Matches("(?i)no space left|quota exceeded", refused.Errors);
    }

    [QuotaTheory]
    [InlineData("xfs")]
    [InlineData("ext4")]
    public async Task A_task_of_a_service_is_kept_to_its_size(string kind)
    {
        using var disk = LoopDisk.WithQuotas(kind);
        await using var node = await TestNode.StartAsync(new DaemonProcess { DataFolder = disk.Path });
        var docker = new DockerClient(node.Daemon.Socket);

        var service = await node.RunAsync(Composed.Sleepers(1).Replace(
            "image: box", "image: box\n    storage_opt: { size: 10M }", StringComparison.Ordinal));

        var container = await docker.DoAsync("ps", "-q");
        Assert.Equal(
            "10240", await docker.DoAsync("exec", container, "sh", "-c", "df -k / | tail -1 | awk '{print $2}'"));
        Assert.Equal("10M", await docker.DoAsync(
            "inspect", "--format", "{{.HostConfig.StorageOpt.size}}", container));
        await node.RemoveAsync(service.Spec.Name);
    }

    [Fact]
    public async Task Where_no_file_can_be_kept_to_a_size_it_is_refused_with_what_to_do_and_nothing_is_made()
    {
        using var disk = LoopDisk.WithProjects();
        await using var node = await TestNode.StartAsync(new DaemonProcess { DataFolder = disk.Path });
        var docker = new DockerClient(node.Daemon.Socket);

        var refused = await docker.RunAsync("run", "--storage-opt", "size=10G", "box", "true");

        Assert.Equal(125, refused.ExitCode);
        Assert.Contains(
            $"the size of a writable layer (--storage-opt size) cannot be limited here: {node.Daemon.DataRoot}/images "
            + $"lies on xfs, mounted at {disk.Path} without project quotas", refused.Errors, StringComparison.Ordinal);
        Assert.Equal("", await docker.DoAsync("ps", "-aq"));
        Assert.Empty(Directory.GetDirectories($"{node.Daemon.DataRoot}/images/snapshots"));
        await docker.DoAsync("run", "--rm", "--storage-opt", "size=0", "box", "true");
    }
}

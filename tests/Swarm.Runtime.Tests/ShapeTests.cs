using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Tests;

public sealed class ShapeTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    [Fact]
    public async Task It_has_the_user_folder_and_environment_it_was_given()
    {
        var spec = EngineFixture.Shell("id; pwd; env; cat /etc/hosts /etc/resolv.conf; hostname") with
        {
            User = "worker",
            WorkingDirectory = "/made/for/it",
            Environment = ["A=b c"],
            Hostname = "me",
            ExtraHosts = ["db:10.9.8.7"],
            DnsServers = ["10.1.1.1"],
        };

        var (_, output) = await fixture.RunAsync(spec);

        Assert.Contains(
            "uid=1234(worker) gid=1300(staff) groups=1300(staff),1400(extra)", output, StringComparison.Ordinal);
        foreach (var line in (string[])[
            "/made/for/it", "A=b c", "HOME=/data", "HOSTNAME=me", "10.9.8.7\tdb", "nameserver 10.1.1.1", "me"])
        {
            Assert.Contains(line, output.Split('\n'));
        }
    }

    [Fact]
    public async Task It_is_confined_by_default_in_its_program_and_in_commands()
    {
        var started = await fixture.StartAsync(EngineFixture.Shell("echo ready; sleep 600"));
        await fixture.ReadyAsync(started.Id);
        const string look = "grep -E '^(Seccomp|CapEff|CapBnd|NoNewPrivs):' /proc/self/status";
        var status = File.ReadAllText($"/proc/{started.Pid}/status");

        Assert.Contains("Seccomp:\t2", status, StringComparison.Ordinal);
        Assert.Contains("CapEff:\t00000000a80425fb", status, StringComparison.Ordinal);
        var inside = await fixture.RunCommandAsync(started.Id, "sh", "-c", look);
        Assert.StartsWith("0 ", inside, StringComparison.Ordinal);
        Assert.Contains("Seccomp:\t2", inside, StringComparison.Ordinal);
        Assert.Contains("CapBnd:\t00000000a80425fb", inside, StringComparison.Ordinal);

        // The second one takes the filter that was compiled for the first.
        var next = await fixture.StartAsync(
            EngineFixture.Shell("echo ready; sleep 600") with { NoNewPrivileges = true });
        await fixture.ReadyAsync(next.Id);
        Assert.Contains("Seccomp:\t2", File.ReadAllText($"/proc/{next.Pid}/status"), StringComparison.Ordinal);
        Assert.Contains("NoNewPrivs:\t1", File.ReadAllText($"/proc/{next.Pid}/status"), StringComparison.Ordinal);
        Assert.Contains(
            "Seccomp:\t2", await fixture.RunCommandAsync(next.Id, "sh", "-c", look), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_limits_are_those_of_its_cgroup()
    {
        var spec = EngineFixture.Shell("sleep 600") with
        {
            Limits =
                new ResourceLimits(new MilliCpu(1500), Bytes.FromMebibytes(64), 50) { CpuShares = 512, CpuSet = "0" },
        };
        var id = (await fixture.StartAsync(spec)).Id;

        string Of(string controller, string file) => fixture.Cgroup(controller, id, file);
        Assert.Equal("0", Of("cpuset", "cpuset.cpus"));
        Assert.Equal("50", Of("pids", "pids.max"));
        var parent = fixture.Options.CgroupParent;
        if (Host.HasCgroups2)
        {
            Assert.Equal(("67108864", "150000 100000"), (Of("memory", "memory.max"), Of("cpu", "cpu.max")));
            // 2 to 262144 shares are 1 to 10000 of weight: 1 + (512 - 2) * 9999 / 262142.
            Assert.Equal("20", Of("cpu", "cpu.weight"));
            Assert.Equal("10000", File.ReadAllText($"/sys/fs/cgroup{parent}/cpu.weight").Trim());
            return;
        }

        Assert.Equal("67108864", Of("memory", "memory.limit_in_bytes"));
        Assert.Equal("134217728", Of("memory", "memory.memsw.limit_in_bytes"));
        Assert.Equal(("150000", "512"), (Of("cpu", "cpu.cfs_quota_us"), Of("cpu", "cpu.shares")));
        Assert.Equal("262144", File.ReadAllText($"/sys/fs/cgroup/cpu{parent}/cpu.shares").Trim());
    }

    [Fact]
    public async Task A_read_only_root_refuses_writing_but_where_a_tmpfs_is()
    {
        var spec = EngineFixture.Shell("touch /x; echo $?; touch /tmp/y; echo $?; touch /sys/z; echo $?") with
        {
            ReadOnlyRoot = true,
            Mounts = [new MountSpec(MountKind.Tmpfs, "", "/tmp") { Size = Bytes.FromMebibytes(1) }],
        };

        var (_, output) = await fixture.RunAsync(spec);

        Assert.Equal(["1", "0", "1"], output.Split('\n').Where(line => line.Length == 1));
    }

    [Fact]
    public async Task A_new_named_volume_begins_with_the_images_content_and_outlives_its_container()
    {
        var spec = EngineFixture.Shell("cat /data/seed; echo mine > /data/seed") with
        {
            Mounts = [new MountSpec(MountKind.Volume, "kept", "/data")],
        };
        var (exit, first) = await fixture.RunAsync(spec);
        await fixture.Engine.RemoveAsync(exit.Id, default);

        var (_, second) = await fixture.RunAsync(spec);

        Assert.Equal(("from the image", "mine"), (first, second));
    }

    [Fact]
    public async Task Bind_mounts_are_written_through_unless_read_only()
    {
        var source = Directory.CreateDirectory(Path.Join(fixture.Folder, "bound")).FullName;
        var spec = EngineFixture.Shell("echo hi > /a/file; echo no > /b/other; cat /b/file") with
        {
            Mounts = [new MountSpec(MountKind.Bind, source, "/a"),
                new MountSpec(MountKind.Bind, source, "/b", ReadOnly: true)],
        };

        var (_, output) = await fixture.RunAsync(spec);

        Assert.Contains("hi", output.Split('\n'));
        Assert.Equal(["file"], Directory.GetFiles(source).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_privileged_one_has_all_that_this_host_hands_on()
    {
        var started = await fixture.StartAsync(EngineFixture.Shell("echo ready; sleep 600") with { Privileged = true });
        await fixture.ReadyAsync(started.Id);
        var status = File.ReadAllLines($"/proc/{started.Pid}/status");

        var own = Linux.Processes.OwnCapabilities
            .ReadBounding()
            .ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Contains($"CapEff:\t{own}", status);
        Assert.Contains("Seccomp:\t0", status);
    }

    [Fact]
    public async Task A_command_past_its_time_is_killed_and_its_output_is_bounded()
    {
        var started = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));

        var late = await fixture.Engine.RunCommandAsync(
            started.Id, ["sh", "-c", "echo begun; sleep 599"], Patience.Seconds(0.7), default);
        var much = await fixture.Engine.RunCommandAsync(
            started.Id, ["sh", "-c", "seq 1 5000; exit 3"], Patience.Seconds(20), default);

        Assert.True(late.TimedOut);
        Assert.Equal("begun\n", late.Output);
        Assert.Equal((3, 4096, false), (much.ExitCode, much.Output.Length, much.TimedOut));
        Assert.DoesNotContain("\0599\0", await fixture.RunCommandAsync(
            started.Id, "sh", "-c", "cat /proc/[0-9]*/cmdline | grep -a sleep"), StringComparison.Ordinal);
    }
}

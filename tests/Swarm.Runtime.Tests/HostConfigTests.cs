using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime.Bundles;

namespace Swarm.Runtime.Tests;

public sealed class HostConfigTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static ContainerSpec Sleep => EngineFixture.Shell("sleep 600");

    [Fact]
    public async Task Its_processes_have_the_limits_and_the_score_it_was_given()
    {
        var started = await fixture.StartAsync(Sleep with
        {
            Ulimits = [new Ulimit("nofile", 100, 200), new Ulimit("core", 0, 0)],
            OutOfMemoryScore = 500,
        });

        var limits = File.ReadAllLines($"/proc/{started.Pid}/limits");

        Assert.Equal("100 200", Fields(limits, "Max open files"));
        Assert.Equal("0 0", Fields(limits, "Max core file size"));
        Assert.Equal("500", File.ReadAllText($"/proc/{started.Pid}/oom_score_adj").Trim());
    }

    [Fact]
    public void A_limit_that_this_host_may_not_set_is_the_nearest_one_that_it_may()
    {
        var ceiling = ProcessLimits.Ceiling(["Limit Soft Hard", "Max open files   1024   20000   files"], "nofile");

        Assert.Equal(20000ul, ceiling);
        Assert.Equal(
            new ProcessLimit("RLIMIT_NOFILE", 5, 20000), ProcessLimits.Choose(new Ulimit("nofile", 5, -1), ceiling));
    }

    [Theory]
    [InlineData(0, true, -500, 0)]
    [InlineData(0, false, -500, 0)]
    [InlineData(-900, true, -500, -900)]
    [InlineData(-900, false, -500, -500)]
    [InlineData(-900, false, 0, 0)]
    [InlineData(300, false, 0, 300)]
    public void Its_score_is_its_own_and_not_that_of_the_engine(int wanted, bool isFree, int own, int score) =>
        Assert.Equal(score, ProcessLimits.Score(wanted, isFree, own));

    [Fact]
    public async Task An_init_program_waits_for_what_nobody_waits_for_and_passes_signals_and_exit_codes_on()
    {
        var started = await fixture.StartAsync(EngineFixture.Shell(
            "trap 'exit 7' TERM; (sh -c 'true &'); echo ready; while :; do sleep 1 & wait; done") with
        { Init = true });
        await fixture.ReadyAsync(started.Id);

        Assert.StartsWith(
            "/sbin/docker-init\0--\0sh\0", File.ReadAllText($"/proc/{started.Pid}/cmdline"), StringComparison.Ordinal);
        fixture.Engine.Signal(started.Id, 15);

        Assert.Equal(7, (await fixture.ExitOfAsync(started.Id)).ExitCode);
    }

    [Fact]
    public async Task It_has_more_groups_search_domains_and_options_of_its_own()
    {
        var (_, output) = await fixture.RunAsync(EngineFixture.Shell("id -G; cat /etc/resolv.conf") with
        {
            User = "worker",
            Groups = ["extra", "77"],
            DnsServers = ["10.1.1.1"],
            DnsSearch = ["a.example", "b.example"],
            DnsOptions = ["ndots:3"],
        });

        var lines = output.Split('\n');
        Assert.Equal(["1300", "1400", "77"], lines[0].Split(' ').Order(StringComparer.Ordinal));
        Assert.Equal(
            ["nameserver 10.1.1.1", "options ndots:3", "search a.example b.example"],
            lines[1..].Where(line => line.Length > 0 && line[0] != '#').Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Devices_are_there_and_may_be_used_as_it_was_said()
    {
        var started = await fixture.StartAsync(
            Sleep with { Devices = [new DeviceSpec("/dev/zero", "/dev/mine", "r")] });

        Assert.Equal(
            "0 3 character special file",
            await fixture.RunCommandAsync(
                started.Id, "sh", "-c", "echo $(head -c 3 /dev/mine | wc -c) $(stat -c %F /dev/mine)"));
    }

    [Fact]
    public async Task The_filter_and_what_is_hidden_can_be_chosen()
    {
        var free = await fixture.StartAsync(
            Sleep with { Seccomp = "unconfined", MaskedPaths = [], ReadOnlyPaths = [] });
        var nothing = await fixture.StartAsync(Sleep with { Seccomp = "{}" });
        var own = await fixture.StartAsync(Sleep with
        {
            Seccomp = """
                {"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO"}]}
                """,
        });

        Assert.Contains("Seccomp:\t0", File.ReadAllText($"/proc/{free.Pid}/status"), StringComparison.Ordinal);
        Assert.Contains("Seccomp:\t0", File.ReadAllText($"/proc/{nothing.Pid}/status"), StringComparison.Ordinal);
        var hidden = " /proc/timer_list ";
        Assert.DoesNotContain(hidden, File.ReadAllText($"/proc/{free.Pid}/mountinfo"), StringComparison.Ordinal);
        Assert.Contains(hidden, File.ReadAllText($"/proc/{own.Pid}/mountinfo"), StringComparison.Ordinal);
        Assert.StartsWith("1 ", await fixture.RunCommandAsync(own.Id, "mkdir", "/tmp/x"), StringComparison.Ordinal);
        Assert.Equal("0 ", await fixture.RunCommandAsync(own.Id, "touch", "/tmp/x"));
    }

    [Fact]
    public async Task Mounts_have_the_options_they_were_given()
    {
        var started = await fixture.StartAsync(Sleep with
        {
            Mounts =
            [
                new MountSpec(MountKind.Tmpfs, "", "/t") { Options = ["exec", "uid=7"], Size = Bytes.FromMebibytes(1) },
                new MountSpec(MountKind.Volume, "empty", "/data") { NoCopy = true },
                new MountSpec(MountKind.Bind, "/tmp", "/bound") { Propagation = "rprivate", NonRecursive = true },
            ],
        });
        var mounts = File.ReadAllLines($"/proc/{started.Pid}/mounts");

        var tmpfs = mounts.Single(line => line.Contains(" /t ", StringComparison.Ordinal));
        Assert.DoesNotContain("noexec", tmpfs, StringComparison.Ordinal);
        Assert.Contains("uid=7", tmpfs, StringComparison.Ordinal);
        Assert.Contains("nosuid", tmpfs, StringComparison.Ordinal);
        Assert.Equal("0 ", await fixture.RunCommandAsync(started.Id, "ls", "/data"));
        var volume = await fixture.StartAsync(Sleep with { Mounts = [new(MountKind.Volume, "whole", "/data")] });
        await fixture.RunCommandAsync(volume.Id, "sh", "-c", "mkdir /data/part; echo x > /data/part/f");
        var part = await fixture.StartAsync(
            Sleep with { Mounts = [new(MountKind.Volume, "whole", "/p") { Subpath = "part" }] });
        Assert.Equal("0 f", await fixture.RunCommandAsync(part.Id, "ls", "/p"));
    }

    /// <remarks>How readily memory is swapped out is the first version's alone.</remarks>
    [Fact]
    public async Task A_reservation_and_swappiness_reach_the_cgroup()
    {
        var started = await fixture.StartAsync(Sleep with
        {
            Limits = ResourceLimits.None with
            {
                MemoryReservation = Bytes.FromMebibytes(32),
                Swappiness = Host.HasCgroups2 ? null : 7,
                MemoryNodes = "0",
            },
        });

        var reserved = Host.HasCgroups2 ? "memory.low" : "memory.soft_limit_in_bytes";
        Assert.Equal("33554432", fixture.Cgroup("memory", started.Id, reserved));
        if (!Host.HasCgroups2) Assert.Equal("7", fixture.Cgroup("memory", started.Id, "memory.swappiness"));
        Assert.Equal("0", fixture.Cgroup("cpuset", started.Id, "cpuset.mems"));
    }

    [Fact]
    public async Task Its_cgroup_is_where_it_was_said_and_slows_devices_down()
    {
        var parent = "/swarmrt-own-" + fixture.Unique;
        var disk = File.ReadLines("/proc/partitions").Skip(2).Select(line => line.Split(' ')[^1])
            .First(name => !name.StartsWith("loop", StringComparison.Ordinal) && File.Exists("/dev/" + name));
        var started = await fixture.StartAsync(Sleep with
        {
            Cgroup = new CgroupSettings { Parent = parent, WaitsForMemory = !Host.HasCgroups2 },
            BlockThrottles = [new BlockThrottle(BlockThrottleKind.ReadBytes, "/dev/" + disk, 1 << 20)],
        });
        var hierarchy = Host.HasCgroups2 ? "" : "/blkio";
        var folder = $"/sys/fs/cgroup{hierarchy}{parent}/{started.Id}";
        try
        {
            var file = Host.HasCgroups2 ? "io.max" : "blkio.throttle.read_bps_device";
            Assert.Contains("1048576", await File.ReadAllTextAsync($"{folder}/{file}"), StringComparison.Ordinal);
            if (!Host.HasCgroups2)
            {
                Assert.Contains(
                    "oom_kill_disable 1",
                    await File.ReadAllTextAsync($"/sys/fs/cgroup/memory{parent}/{started.Id}/memory.oom_control"),
                    StringComparison.Ordinal);
            }

            await fixture.Engine.Controls.PauseAsync(started.Id, default);
            await fixture.Engine.Controls.UnpauseAsync(started.Id, default);
            Assert.Equal(1, (await fixture.Engine.Usage.ReadAsync(started.Id, default))!.Cgroup.Pids);
        }
        finally
        {
            await fixture.Engine.RemoveAsync(started.Id, default);
            var isGone = !Directory.Exists(folder);
            Linux.Cgroups.CgroupFiles.OfHost().Remove(parent);
            Assert.True(isGone);
        }
    }

    public static TheoryData<string, string> Refusals => new()
    {
        { "ulimit", "invalid ulimit type: wings" },
        { "cgroup", "the cgroup parent /../up is not as /mine" },
        { "annotation", "the annotation run.oci.handler is the engine's own" },
        { "rule", "invalid device cgroup rule format: 'c 1 rwm'" },
        { "throttle", "/dev/null is no block device" },
        { "nowhere", " is no block device" },
        { "folder", "/dev is no block device" },
        { "weight", "/dev/sda: the weight 9 is not between 10 and 1000" },
        { "journal", "the log driver journald needs a journal, and none listens on /run/systemd/journal/socket" },
        { "order", "ulimit soft limit must be less than or equal to hard limit: 9 > 8" },
        { "score", "out-of-memory score 2000 is not between -1000 and 1000" },
        { "group", "unable to find group nobodies: no matching entries in group file" },
        { "device", "error gathering device information for /dev/none: no such file or directory" },
        { "namespace", "there is no pid namespace 'elsewhere'" },
        { "container", "there is no container 0123" },
        { "seccomp", "seccomp profile: defaultAction is missing" },
        { "action", "seccomp profile: string SCMP_ACT_X is not a valid action for seccomp" },
        { "rules", "seccomp profile: action is missing" },
        { "notify", "seccomp profile: listenerPath is not set" },
        { "propagation", "invalid mount config for type \"bind\": invalid propagation mode: sideways" },
        { "subpath", "what is mounted at /x has no nowhere: no such file or directory" },
        { "swappiness", "swappiness 101 is not between 0 and 100" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task What_cannot_be_is_refused_by_name(string what, string message)
    {
        var spec = what switch
        {
            "cgroup" => Sleep with { Cgroup = new CgroupSettings { Parent = "/../up" } },
            "annotation" => Sleep with { Annotations = Sleep.Annotations.Add("run.oci.handler", "x") },
            "rule" => Sleep with { Cgroup = new CgroupSettings { DeviceRules = ["c 1 rwm"] } },
            "throttle" => Sleep with { BlockThrottles = [new(BlockThrottleKind.ReadBytes, "/dev/null", 1)] },
            "weight" => Sleep with { DeviceWeights = [new DeviceWeight("/dev/sda", 9)] },
            "nowhere" => Sleep with { BlockThrottles = [new(BlockThrottleKind.ReadBytes, "", 1)] },
            "folder" => Sleep with { BlockThrottles = [new(BlockThrottleKind.ReadBytes, "/dev", 1)] },
            "journal" => Sleep with { Log = new LogSettings("journald") },
            "ulimit" => Sleep with { Ulimits = [new Ulimit("wings", 1, 1)] },
            "order" => Sleep with { Ulimits = [new Ulimit("nofile", 9, 8)] },
            "score" => Sleep with { OutOfMemoryScore = 2000 },
            "group" => Sleep with { Groups = ["nobodies"] },
            "device" => Sleep with { Devices = [new DeviceSpec("/dev/none")] },
            "namespace" => Sleep with { Shared = new SharedNamespaces("elsewhere") },
            "container" => Sleep with { Shared = new SharedNamespaces("container:0123") },
            "seccomp" => Sleep with { Seccomp = """{"syscalls":[{"name":"chmod","action":"SCMP_ACT_LOG"}]}""" },
            "action" => Sleep with { Seccomp = """{"defaultAction":"SCMP_ACT_X"}""" },
            "notify" => Sleep with
            {
                Seccomp = """
                    {"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"name":"chmod","action":"SCMP_ACT_NOTIFY"}]}
                    """,
            },
            "rules" => Sleep with { Seccomp = """{"defaultAction":"SCMP_ACT_LOG","syscalls":[{}]}""" },
            "propagation" => Sleep with { Mounts = [new(MountKind.Bind, "/tmp", "/x") { Propagation = "sideways" }] },
            "subpath" => Sleep with { Mounts = [new(MountKind.Volume, "some", "/x") { Subpath = "nowhere" }] },
            _ => Sleep with { Limits = ResourceLimits.None with { Swappiness = 101 } },
        };

        var refused = await Assert.ThrowsAsync<ContainerException>(
            () => fixture.Engine.CreateAsync(EngineFixture.Define(spec), default));

        Assert.Equal(message, refused.Message);
    }

    private static string Fields(string[] lines, string title) => string.Join(' ', lines
        .Single(line => line.StartsWith(title, StringComparison.Ordinal))[title.Length..]
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)[..2]);
}

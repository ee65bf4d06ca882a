using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime.Usage;

namespace Swarm.Runtime.Tests;

public sealed class UsageTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private IContainerUsage Usage => fixture.Engine.Usage;

    [Fact]
    public async Task What_a_container_does_is_counted()
    {
        var spec = EngineFixture.Shell(
            "dd if=/dev/zero of=/dev/shm/x bs=1M count=20; echo ready; while :; do :; done") with
        {
            Limits = new ResourceLimits(new MilliCpu(100), Bytes.FromMebibytes(100), 40),
        };
        var started = await fixture.StartAsync(spec);
        await fixture.ReadyAsync(started.Id);

        var first = (await Usage.ReadAsync(started.Id, default))!;
        var second = await LaterAsync(
            started.Id,
            later => later.Cgroup.ThrottledPeriods > first.Cgroup.ThrottledPeriods
                && later.Cgroup.CpuNanoseconds > first.Cgroup.CpuNanoseconds
                && later.HostCpuNanoseconds > first.HostCpuNanoseconds);

        Assert.True(second.At > first.At);
        Assert.Equal(Environment.ProcessorCount, second.Processors);
        var counted = second.Cgroup;
        Assert.Equal(Host.HasCgroups2 ? 2 : 1, counted.Version);
        // The kernel counts these two by its ticks, and may be a tick ahead of the whole.
        Assert.Equal(counted.CpuNanoseconds, counted.UserNanoseconds + counted.SystemNanoseconds, tolerance: 1e9);
        Assert.InRange(counted.ThrottledPeriods, 1, counted.Periods);
        Assert.True(counted.ThrottledNanoseconds > 0);
        Assert.InRange(counted.MemoryBytes, 20 << 20, counted.MemoryPeakBytes);
        Assert.Equal(100 << 20, counted.MemoryLimitBytes);
        Assert.True(counted.MemoryDetails[Host.HasCgroups2 ? "file" : "cache"] >= 20 << 20);
        Assert.Equal((1, 40), (counted.Pids, counted.PidsLimit));
        // Version 2 does not tell them apart.
        if (Host.HasCgroups2) Assert.Empty(counted.ProcessorNanoseconds);
        else Assert.Equal(counted.CpuNanoseconds, counted.ProcessorNanoseconds.Sum(), tolerance: 1e9);
        Assert.True(second.HostMemory.Value > counted.MemoryLimitBytes);
    }

    [Fact]
    public async Task What_does_not_run_uses_nothing()
    {
        var created = await fixture.Engine.CreateAsync(
            EngineFixture.Define(EngineFixture.Shell("sleep 600")), default);

        Assert.Null(await Usage.ReadAsync(created.Id, default));
        var refused = await Assert.ThrowsAsync<ContainerException>(
            () => Usage.ListProcessesAsync(created.Id, [], default));
        Assert.Equal((ContainerFault.WrongPhase, $"container {created.Id.Short} is not running"),
            (refused.Fault, refused.Message));
    }

    [Fact]
    public async Task Its_processes_and_no_others_are_listed_in_the_columns_asked_for()
    {
        var started = await fixture.StartAsync(EngineFixture.Shell("sleep 601 & echo ready; sleep 602; true"));
        await fixture.ReadyAsync(started.Id);

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while ((await Usage.ListProcessesAsync(started.Id, [], patience.Token)).Processes.Length < 3)
            patience.Token.ThrowIfCancellationRequested();
        var all = await Usage.ListProcessesAsync(started.Id, [], default);
        var some = await Usage.ListProcessesAsync(started.Id, ["-eo", "pid,args"], default);

        Assert.Equal(["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"], all.Titles.AsEnumerable());
        Assert.Equal(3, all.Processes.Length);
        Assert.All(all.Processes, row => Assert.Equal(8, row.Length));
        Assert.Equal(["PID", "COMMAND"], some.Titles.AsEnumerable());
        Assert.Equal(["sh -c sleep 601 & echo ready; sleep 602; true", "sleep 601", "sleep 602"],
            some.Processes.Select(row => row[1]).Order(StringComparer.Ordinal));
        Assert.Contains(some.Processes, row => row[0] == $"{started.Pid}");
    }

    [Fact]
    public async Task What_has_a_terminal_is_listed_whatever_ps_is_asked_for()
    {
        var started = await fixture.StartAsync(
            EngineFixture.Shell("sleep 603 & sleep 604; true") with { Tty = true });
        using var patience = new CancellationTokenSource(Patience.Seconds(20));
        while ((await Usage.ListProcessesAsync(started.Id, [], patience.Token)).Processes.Length < 3)
            patience.Token.ThrowIfCancellationRequested();

        var own = await Usage.ListProcessesAsync(started.Id, ["-o", "pid,comm"], default);

        Assert.Equal(["sh", "sleep", "sleep"], own.Processes.Select(row => row[1]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("-eo", "args", "Couldn't find PID field in ps output")]
    [InlineData("--nope", "", "ps: error")]
    public async Task What_ps_refuses_is_said(string option, string value, string message)
    {
        var started = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));

        var refused = await Assert.ThrowsAsync<ContainerException>(
            () => Usage.ListProcessesAsync(started.Id, [option, value], default));

        Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_hosts_figures_are_read_as_the_kernel_writes_them()
    {
        Assert.Equal(
            (28 * 10_000_000L, 2), HostFigures.Cpu("cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1\ncpu1 1\nintr 5\n"));
        var (name, counts) = Assert.Single(HostFigures.Interfaces(
            "Inter-| Receive | Transmit\n face |bytes\n    lo: 1 1 1 1 0 0 0 0 1 1 1 1 0 0 0 0\n"
            + "  eth0: 10 11 12 13 0 0 0 0 20 21 22 23 0 0 0 0\n"));
        Assert.Equal("eth0", name);
        Assert.Equal((new TrafficCounts(10, 11, 12, 13), new TrafficCounts(20, 21, 22, 23)),
            (counts.Received, counts.Sent));
    }

    private async Task<ContainerUsage> LaterAsync(ContainerId id, Func<ContainerUsage, bool> isIt)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var usage = await Usage.ReadAsync(id, patience.Token);
            if (isIt(usage!)) return usage!;
        }
    }
}

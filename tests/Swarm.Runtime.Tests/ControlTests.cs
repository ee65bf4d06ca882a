using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime.Consoles;
using Swarm.Runtime.Controls;
using Swarm.Runtime.Execs;

namespace Swarm.Runtime.Tests;

public sealed class ControlTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private IContainerControls Controls => fixture.Engine.Controls;

    [Fact]
    public async Task A_paused_one_stands_still_until_it_is_let_go_on()
    {
        var started = await fixture.StartAsync(
            EngineFixture.Shell("while :; do echo x >> /tmp/count; sleep 0.01; done"));

        await Controls.PauseAsync(started.Id, default);

        var paused = fixture.Engine.Find(started.Id)!;
        Assert.Equal((ContainerPhase.Running, true), (paused.Phase, paused.IsPaused));
        Assert.Equal(
            Host.HasCgroups2 ? "1" : "FROZEN",
            fixture.Cgroup("freezer", started.Id, Host.HasCgroups2 ? "cgroup.freeze" : "freezer.state"));
        await RefusedAsync("is already paused", () => Controls.PauseAsync(started.Id, default));
        await RefusedAsync(
            "is paused, unpause the container before attach",
            () => fixture.Engine.Consoles.AttachAsync(started.Id, ConsoleStreams.All, default));
        await RefusedAsync(
            "is paused, unpause the container before exec",
            () => Task.FromResult(fixture.Engine.Execs.Create(started.Id, new ExecDefinition(["true"]))));
        await RefusedAsync(
            "cannot start a paused container, try unpause instead",
            () => fixture.Engine.StartAsync(started.Id, default));

        await Controls.UnpauseAsync(started.Id, default);

        Assert.False(fixture.Engine.Find(started.Id)!.IsPaused);
        Assert.Equal("0 ", await fixture.RunCommandAsync(started.Id, "true"));
        await RefusedAsync("is not paused", () => Controls.UnpauseAsync(started.Id, default));
    }

    [Theory]
    [InlineData(9, 137)]
    [InlineData(15, 42)]
    public async Task A_signal_that_ends_it_comes_to_a_paused_one(int signal, int code)
    {
        var started = await fixture.StartAsync(
            EngineFixture.Shell("trap 'exit 42' TERM; echo ready; while :; do sleep 1 & wait; done"));
        await fixture.ReadyAsync(started.Id);
        await Controls.PauseAsync(started.Id, default);

        fixture.Engine.Signal(started.Id, signal);

        Assert.Equal(code, (await fixture.ExitOfAsync(started.Id)).ExitCode);
        Assert.False(fixture.Engine.Find(started.Id)!.IsPaused);
    }

    [Fact]
    public async Task A_paused_one_is_found_so_by_the_next_engine_and_can_be_removed()
    {
        var started = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));
        await Controls.PauseAsync(started.Id, default);

        await fixture.ReopenAsync();

        Assert.True(fixture.Engine.Find(started.Id)!.IsPaused);
        await fixture.Engine.RemoveAsync(started.Id, default);
        Assert.Empty(fixture.FilesOf(started.Id));
    }

    [Fact]
    public async Task One_that_does_not_run_is_not_paused()
    {
        var created = await fixture.Engine.CreateAsync(
            EngineFixture.Define(EngineFixture.Shell("sleep 600")), default);

        await RefusedAsync("is not running", () => Controls.PauseAsync(created.Id, default));
    }

    [Fact]
    public async Task Limits_are_set_on_a_running_one_lifted_again_and_kept_for_its_next_run()
    {
        var started = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));
        var limits = new ResourceLimits(new MilliCpu(1500), Bytes.FromMebibytes(64), 50)
        {
            CpuShares = 512,
            CpuSet = "0",
            MemoryNodes = "0",
            MemoryReservation = Bytes.FromMebibytes(32),
        };
        var before = HeldTo(started);
        var (processors, reserved) = (Processors(started), Reserved(started));

        await Controls.SetLimitsAsync(started.Id, limits, default);

        Assert.Equal(("67108864", "150000/100000", "50"), HeldTo(started));
        Assert.Equal((HalfOfTheShares, "0", "33554432"), (Shares(started), Processors(started), Reserved(started)));
        // Above what memory plus swap was: both have to grow, in the right order.
        await Controls.SetLimitsAsync(started.Id, limits with { Memory = Bytes.FromMebibytes(256) }, default);
        Assert.Equal("268435456", HeldTo(started).Memory);
        fixture.Engine.Signal(started.Id, 9);
        await fixture.ExitOfAsync(started.Id);
        await fixture.Engine.StartAsync(started.Id, default);
        Assert.Equal("268435456", HeldTo(started).Memory);
        await Controls.SetLimitsAsync(started.Id, ResourceLimits.None, default);
        Assert.Equal((Unlimited, "-1/100000", "max"), HeldTo(started));
        Assert.Equal(before, HeldTo(started));
        Assert.Equal((processors, reserved), (Processors(started), Reserved(started)));
    }

    /// <remarks>As where it is killed because it hangs at one of them.</remarks>
    [Fact]
    public async Task Limits_of_which_crun_sets_some_and_fails_are_those_before()
    {
        var crun = fixture.Folder + "/crun";
        File.WriteAllText(crun, """
            #!/bin/sh
            case " $* " in
              *" update "*) if [ -e "$0.fails" ]; then rm "$0.fails"; /usr/bin/crun "$@"; echo no >&2; exit 1; fi ;;
            esac
            exec /usr/bin/crun "$@"
            """);
        File.SetUnixFileMode(crun, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await fixture.ReopenAsync(options: fixture.Options with { CrunPath = crun });
        var started = await fixture.StartAsync(EngineFixture.Shell("sleep 600") with
        {
            Limits = ResourceLimits.None with { Memory = Bytes.FromMebibytes(64) },
        });
        var processors = Processors(started);
        File.WriteAllText(crun + ".fails", "");

        await RefusedAsync(
            "could not be set: no",
            () => Controls.SetLimitsAsync(
                started.Id, new ResourceLimits(MilliCpu.Zero, Bytes.FromMebibytes(128), 50) { CpuSet = "0" }, default));

        Assert.Equal(("67108864", "-1/100000", "max"), HeldTo(started));
        Assert.Equal(processors, Processors(started));
        Assert.Equal(0, fixture.Engine.Find(started.Id)!.Definition.Spec.Limits.Pids);
    }

    [Fact]
    public async Task A_quota_of_the_processors_and_its_period_come_to_the_kernel_as_they_are()
    {
        var limits = ResourceLimits.None with
        {
            Cpu = new MilliCpu(666),
            CpuPeriod = TimeSpan.FromMilliseconds(50),
            CpuQuota = TimeSpan.FromMicroseconds(33_333),
        };
        var started = await fixture.StartAsync(EngineFixture.Shell("sleep 600") with { Limits = limits });

        Assert.Equal("33333/50000", HeldTo(started).Cpu);
        await Controls.SetLimitsAsync(started.Id, limits with { CpuQuota = TimeSpan.FromMicroseconds(5000) }, default);
        Assert.Equal("5000/50000", HeldTo(started).Cpu);
        await Controls.SetLimitsAsync(
            started.Id, ResourceLimits.None with { CpuPeriod = TimeSpan.FromMilliseconds(20) }, default);
        Assert.Equal("-1/20000", HeldTo(started).Cpu);
        await Controls.SetLimitsAsync(started.Id, ResourceLimits.None with { Cpu = new MilliCpu(1500) }, default);
        Assert.Equal("150000/100000", HeldTo(started).Cpu);
    }

    [Fact]
    public async Task Limits_of_one_that_was_never_started_hold_from_its_first_start_on()
    {
        var definition = EngineFixture.Define(EngineFixture.Shell("sleep 600"));
        await fixture.Engine.DefineAsync(definition, default);
        var limits = ResourceLimits.None with { Memory = Bytes.FromMebibytes(64) };

        await Controls.SetLimitsAsync(definition.Id, limits, default);
        await fixture.Engine.StartAsync(definition.Id, default);

        Assert.Equal("67108864", HeldTo(fixture.Engine.Find(definition.Id)!).Memory);
    }

    [Fact]
    public async Task Limits_of_one_that_has_ended_hold_in_its_next_run()
    {
        var started = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));
        fixture.Engine.Signal(started.Id, 9);
        await fixture.ExitOfAsync(started.Id);

        await Controls.SetLimitsAsync(
            started.Id, new ResourceLimits(new MilliCpu(1000), Bytes.FromMebibytes(64)), default);
        await fixture.Engine.StartAsync(started.Id, default);

        Assert.Equal(("67108864", "100000/100000", "max"), HeldTo(started));
    }

    [Fact]
    public async Task Limits_that_cannot_be_are_refused_and_those_before_stay()
    {
        var started = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));

        await RefusedAsync(
            "Minimum memoryswap limit should be larger than memory limit, see usage",
            () => Controls.SetLimitsAsync(
                started.Id,
                new ResourceLimits(MilliCpu.Zero, new Bytes(2000)) { MemoryAndSwap = new Bytes(1000) }, default));
        await RefusedAsync(
            "Requested CPUs are not available - requested 900, available: ",
            () => Controls.SetLimitsAsync(
                started.Id, new ResourceLimits(MilliCpu.Zero, Bytes.Zero) { CpuSet = "900" }, default));

        Assert.Equal(ResourceLimits.None, fixture.Engine.Find(started.Id)!.Definition.Spec.Limits);
    }

    [Fact]
    public async Task A_name_is_changed_for_good_and_free_for_others()
    {
        var started = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));
        var other = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));
        var before = started.Definition.Name;

        await RefusedAsync(
            "is already in use by container", () => Controls.RenameAsync(started.Id, other.Definition.Name, default));
        await RefusedAsync("is not of letters", () => Controls.RenameAsync(started.Id, "a b", default));
        await Controls.RenameAsync(started.Id, before + "-new", default);
        await Controls.RenameAsync(other.Id, before, default);

        await fixture.ReopenAsync();
        Assert.Equal(before + "-new", fixture.Engine.Find(started.Id)!.Definition.Name);
        Assert.Equal(before, fixture.Engine.Find(other.Id)!.Definition.Name);
    }

    /// <summary>How the kernel says that there is no limit of memory.</summary>
    private static string Unlimited => Host.HasCgroups2 ? "max" : "9223372036854771712";

    /// <summary>512 shares, half of what each has: 2 to 262144 of them are 1 to 10000 of version 2's weight.</summary>
    private static string HalfOfTheShares => Host.HasCgroups2 ? "20" : "512";

    /// <summary>Of the processors: what of which period, in microseconds; -1 is all.</summary>
    private (string Memory, string Cpu, string Pids) HeldTo(ContainerState container) => (
        Read(container, "memory", Host.HasCgroups2 ? "memory.max" : "memory.limit_in_bytes"),
        Host.HasCgroups2
            ? Read(container, "cpu", "cpu.max").Replace("max", "-1", StringComparison.Ordinal).Replace(' ', '/')
            : $"{Read(container, "cpu", "cpu.cfs_quota_us")}/{Read(container, "cpu", "cpu.cfs_period_us")}",
        Read(container, "pids", "pids.max"));

    private string Shares(ContainerState container) =>
        Read(container, "cpu", Host.HasCgroups2 ? "cpu.weight" : "cpu.shares");

    /// <summary>Those it may use, be it by its own choice or its parent's.</summary>
    private string Processors(ContainerState container) =>
        Read(container, "cpuset", Host.HasCgroups2 ? "cpuset.cpus.effective" : "cpuset.cpus");

    private string Reserved(ContainerState container) =>
        Read(container, "memory", Host.HasCgroups2 ? "memory.low" : "memory.soft_limit_in_bytes");

    private string Read(ContainerState container, string controller, string file) =>
        fixture.Cgroup(controller, container.Id, file);

    private static async Task RefusedAsync(string message, Func<Task> attempt) => Assert.Contains(
        message, (await Assert.ThrowsAsync<ContainerException>(attempt)).Message, StringComparison.Ordinal);
}

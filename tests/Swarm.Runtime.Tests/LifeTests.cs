using Swarm.Core.Containers;

namespace Swarm.Runtime.Tests;

public sealed class LifeTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    [Fact]
    public async Task A_program_runs_and_its_exit_code_and_output_are_kept()
    {
        var (exit, output) = await fixture.RunAsync(EngineFixture.Shell("echo out; echo err >&2; exit 7"));

        Assert.Equal((7, 1, false), (exit.ExitCode, exit.Run, exit.OutOfMemory));
        Assert.Contains("out", output, StringComparison.Ordinal);
        Assert.Contains("err", output, StringComparison.Ordinal);
        Assert.Equal(ContainerPhase.Ended, fixture.Engine.Find(exit.Id)!.Phase);
    }

    [Fact]
    public async Task A_signal_ends_a_program_with_128_and_its_number()
    {
        var started = await fixture.StartAsync(
            EngineFixture.Shell("trap 'exit 42' TERM; echo ready; while :; do sleep 1 & wait; done"));
        await fixture.ReadyAsync(started.Id);
        fixture.Engine.Signal(started.Id, fixture.Engine.StopSignalOf(started.Id));
        Assert.Equal(42, (await fixture.ExitOfAsync(started.Id)).ExitCode);

        var deaf = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));
        fixture.Engine.Signal(deaf.Id, 9);
        Assert.Equal(137, (await fixture.ExitOfAsync(deaf.Id)).ExitCode);
    }

    [Fact]
    public async Task Started_again_it_has_its_files_and_the_next_run()
    {
        var first = await fixture.StartAsync(EngineFixture.Shell("cat /kept; echo again > /kept"));
        var ended = await fixture.ExitOfAsync(first.Id);
        Assert.Equal((1, null), (ended.Run, first.EndedAt));

        var second = await fixture.Engine.StartAsync(first.Id, default);
        var exit = await fixture.ExitOfAsync(first.Id);

        Assert.Equal((2, 2, 0), (second.Run, exit.Run, exit.ExitCode));
        Assert.Equal((null, ended.At), (second.Exit, second.EndedAt));
        Assert.Equal(exit.At, fixture.Engine.Find(first.Id)!.EndedAt);
        Assert.EndsWith("again", await fixture.LogAsync(first.Id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Out_of_memory_is_seen()
    {
        var spec = EngineFixture.Shell("dd if=/dev/zero of=/dev/shm/x bs=1M count=60") with
        {
            Limits = new ResourceLimits(Core.MilliCpu.Zero, Core.Bytes.FromMebibytes(16)),
            ShmSize = Core.Bytes.FromMebibytes(100),
        };

        var (exit, _) = await fixture.RunAsync(spec);

        Assert.True(exit.OutOfMemory);
        Assert.NotEqual(0, exit.ExitCode);
    }

    [Fact]
    public async Task Removal_leaves_nothing_of_a_running_container()
    {
        var started = await fixture.StartAsync(
            EngineFixture.Shell("sleep 600") with { Mounts = [new MountSpec(MountKind.Volume, "", "/data")] });
        var first = Linux.Processes.ProcessIdentity.Of(started.Pid);
        Assert.NotNull(first);

        await fixture.Engine.RemoveAsync(started.Id, default);

        Assert.False(first.Value.IsAlive);
        Assert.Null(fixture.Engine.Find(started.Id));
        Assert.Empty(fixture.FilesOf(started.Id));
        Assert.False(Directory.Exists($"/sys/fs/cgroup/memory{fixture.Options.CgroupParent}/{started.Id}"));
        Assert.DoesNotContain(started.Id.Value, File.ReadAllText("/proc/self/mountinfo"), StringComparison.Ordinal);
        await fixture.Engine.RemoveAsync(started.Id, default);
    }

    [Fact]
    public async Task Removal_waits_for_a_conmon_that_stands_still_and_ends_it()
    {
        var started = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));
        var conmon = fixture.MonitorOf(started.Id);
        Host.Run("kill", "-STOP", $"{conmon.Pid}");

        await fixture.Engine.RemoveAsync(started.Id, default);

        Assert.False(conmon.IsAlive);
        Assert.Empty(fixture.FilesOf(started.Id));
    }

    [Fact]
    public async Task Creating_twice_finds_it_and_a_name_taken_is_refused()
    {
        var definition = EngineFixture.Define(EngineFixture.Shell("sleep 600"));
        var created = await fixture.Engine.CreateAsync(definition, default);
        Assert.Equal(created.CreatedAt, (await fixture.Engine.CreateAsync(definition, default)).CreatedAt);

        var other = EngineFixture.Define(EngineFixture.Shell("true")) with { Name = definition.Name };
        var refused = await Assert.ThrowsAsync<ContainerException>(() => fixture.Engine.CreateAsync(other, default));
        Assert.Equal(ContainerFault.Conflict, refused.Fault);
    }

    [Fact]
    public async Task Eight_are_started_at_once()
    {
        var states = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => fixture.StartAsync(EngineFixture.Shell("sleep 600"))));

        Assert.Equal(8, states.Select(state => state.Pid).Distinct().Count());
        await Task.WhenAll(states.Select(state => fixture.Engine.RemoveAsync(state.Id, default)));
    }
}

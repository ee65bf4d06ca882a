using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Linux.Processes;
using Swarm.Runtime.Execs;

namespace Swarm.Runtime.Tests;

/// <summary>A crun that does not end, as at a file system that does not answer.</summary>
public sealed class HangTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    /// <summary>Hangs where a file says so that has the name of what it is asked to do.</summary>
    private const string Script = """
        #!/bin/sh
        for word in "$@"; do
          for deed in create delete exec update; do
            if [ "$word" = $deed ] && [ -e "${0%/*}/$deed" ]; then
              for id in "$@"; do :; done
              case "$(cat "${0%/*}/$deed")" in "$id"|any) kill -STOP $$ ;; esac
            fi
          done
        done
        exec /usr/bin/crun "$@"
        """;

    private string Place => fixture.Folder + "/slow";

    [Fact]
    public async Task A_crun_that_hangs_is_ended_and_told_and_keeps_nobody_else()
    {
        await OpenAsync(workers: 1, patience: 15);
        var hanging = EngineFixture.Define(EngineFixture.Shell("sleep 600"));
        File.WriteAllText(Place + "/create", hanging.Id.Value);
        var making = fixture.Engine.CreateAsync(hanging, default);

        var starting = fixture.StartAsync(EngineFixture.Shell("sleep 600"));
        Assert.Same(starting, await Task.WhenAny(starting, making));
        var other = await starting;
        var refused = await Assert.ThrowsAsync<ContainerException>(() => making);

        Assert.Equal(ContainerFault.Host, refused.Fault);
        Assert.Contains(
            $"crun did not make container {hanging.Id.Short} within 15 s, and is ended", refused.Message,
            StringComparison.Ordinal);
        Assert.Equal(ContainerPhase.Running, fixture.Engine.Find(other.Id)!.Phase);
        Assert.Null(fixture.Engine.Find(hanging.Id));
        Assert.Empty(fixture.FilesOf(hanging.Id));
        Assert.Empty(RunningProcesses.Find(arguments => arguments.Contains(hanging.Id.Value)));
        File.Delete(Place + "/create");
        await fixture.Engine.CreateAsync(hanging, default);
        await fixture.Engine.StartAsync(hanging.Id, default);
    }

    [Fact]
    public async Task Limits_and_programs_that_hang_are_told_and_the_container_goes_on()
    {
        await OpenAsync(workers: 8, patience: 8);
        var started = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));
        foreach (var deed in (string[])["update", "exec"]) File.WriteAllText($"{Place}/{deed}", "any");

        var limits = await Assert.ThrowsAsync<ContainerException>(() => fixture.Engine.Controls.SetLimitsAsync(
            started.Id, started.Definition.Spec.Limits with { Pids = 77 }, default));
        var exec = fixture.Engine.Execs.Create(started.Id, new ExecDefinition(["true"]));
        var program = await Assert.ThrowsAsync<ContainerException>(
            () => fixture.Engine.Execs.StartAsync(exec, null, default));
        var terminal = fixture.Engine.Execs.Create(started.Id, new ExecDefinition(["true"]) { Tty = true });
        await Assert.ThrowsAsync<ContainerException>(() => fixture.Engine.Execs.StartAsync(terminal, null, default));

        Assert.Contains("crun update", limits.Message, StringComparison.Ordinal);
        Assert.Contains("did not end within 8 s, and was killed", limits.Message, StringComparison.Ordinal);
        Assert.Equal(0, fixture.Engine.Find(started.Id)!.Definition.Spec.Limits.Pids);
        Assert.Contains("crun did not start \"true\" within 8 s", program.Message, StringComparison.Ordinal);
        Assert.Equal(126, fixture.Engine.Execs.Find(exec)!.ExitCode);
        foreach (var deed in (string[])["update", "exec"]) File.Delete($"{Place}/{deed}");
        Assert.Equal("0 ", await fixture.RunCommandAsync(started.Id, "true"));
        Assert.Empty(RunningProcesses.Find(arguments => arguments.Contains("update")
            && arguments.Contains(started.Id.Value)));
    }

    [Fact]
    public async Task A_removal_at_which_crun_hangs_is_told_and_is_done_when_it_does_not_any_more()
    {
        await OpenAsync(workers: 8, patience: 8);
        var created = await fixture.Engine.CreateAsync(
            EngineFixture.Define(EngineFixture.Shell("sleep 600")), default);
        File.WriteAllText(Place + "/delete", created.Id.Value);

        var refused = await Assert.ThrowsAsync<ContainerException>(
            () => fixture.Engine.RemoveAsync(created.Id, default));
        Assert.Contains("crun delete", refused.Message, StringComparison.Ordinal);
        File.Delete(Place + "/delete");
        await fixture.Engine.RemoveAsync(created.Id, default);

        Assert.Null(fixture.Engine.Find(created.Id));
        Assert.Empty(fixture.FilesOf(created.Id));
    }

    [Fact]
    public async Task An_engine_opens_though_crun_hangs_at_what_an_earlier_one_left_and_the_next_one_removes_that()
    {
        await OpenAsync(workers: 8, patience: 8);
        var orphan = await fixture.StartAsync(EngineFixture.Shell("sleep 600") with
        {
            Mounts = [new MountSpec(MountKind.Volume, "", "/v")],
        });
        var volume = orphan.Mounts[0].Spec.Source;
        var broken = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));
        var first = ProcessIdentity.Of(broken.Pid)!.Value;

        await OpenAsync(workers: 8, patience: 8, () =>
        {
            File.WriteAllText(Place + "/delete", "any");
            File.Delete(RecordOf(orphan.Id));
            File.WriteAllText(RecordOf(broken.Id), "{");
        });

        Assert.Null(fixture.Engine.Find(orphan.Id) ?? fixture.Engine.Find(broken.Id));
        Assert.Contains($"{fixture.Options.RunRoot}/state/c/{orphan.Id.Value[..24]}", fixture.FilesOf(orphan.Id));
        Assert.NotNull(fixture.Engine.Volumes.Find(volume));
        Assert.True(first.IsAlive);
        File.Delete(Place + "/delete");
        await fixture.ReopenAsync(() => File.Delete(RecordOf(broken.Id)));
        Assert.False(first.IsAlive);
        Assert.Empty(fixture.FilesOf(orphan.Id).Concat(fixture.FilesOf(broken.Id)));
        Assert.Null(fixture.Engine.Volumes.Find(volume));
    }

    private string RecordOf(ContainerId id) =>
        Path.Join(fixture.Options.DataRoot, "containers", id.Value, "container.json");

    private Task OpenAsync(int workers, int patience, Action? meanwhile = null)
    {
        Directory.CreateDirectory(Place);
        File.WriteAllText(Place + "/crun", Script);
        File.SetUnixFileMode(
            Place + "/crun", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return fixture.ReopenAsync(meanwhile, fixture.Options with
        {
            CrunPath = Place + "/crun",
            CrunPatience = TimeSpan.FromSeconds(patience),
            Workers = workers,
        });
    }
}

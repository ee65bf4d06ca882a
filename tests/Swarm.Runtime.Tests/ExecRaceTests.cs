using Swarm.Linux.Processes;
using Swarm.Runtime.Execs;

namespace Swarm.Runtime.Tests;

/// <summary>What becomes of a container between the start of a program in it and crun's looking at it.</summary>
public sealed class ExecRaceTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    /// <summary>Waits where it is to start a program, and tells that it does.</summary>
    private const string Script = """
        #!/bin/sh
        for word in "$@"; do
          if [ "$word" = exec ]; then
            echo > "${0%/*}/reached"
            read go < "${0%/*}/go"
          fi
        done
        exec /usr/bin/crun "$@"
        """;

    private string Place => fixture.Folder + "/waiting";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_program_whose_container_has_ended_is_told_so_also_where_the_engine_has_not_heard_of_it(
        bool tty)
    {
        var (container, starting, exec) = await ReachAsync(tty);
        var first = ProcessIdentity.Of(container.Pid)!.Value;

        using (var process = System.Diagnostics.Process.GetProcessById(container.Pid)) process.Kill();
        Assert.True(SpinWait.SpinUntil(() => first.IsEnding, Patience.Seconds(20)));
        await GoOnAsync();
        var refused = await Assert.ThrowsAsync<ContainerException>(() => starting);

        Assert.Equal(
            (ContainerFault.WrongPhase, $"container {container.Id.Short} is not running"),
            (refused.Fault, refused.Message));
        Assert.Equal(126, fixture.Engine.Execs.Find(exec)!.ExitCode);
    }

    [Fact]
    public async Task A_program_whose_container_was_paused_is_told_so()
    {
        var (container, starting, _) = await ReachAsync(tty: false);

        await fixture.Engine.Controls.PauseAsync(container.Id, default);
        await GoOnAsync();
        var refused = await Assert.ThrowsAsync<ContainerException>(() => starting);

        Assert.Equal(
            (ContainerFault.WrongPhase,
                $"Container {container.Definition.Name} is paused, unpause the container before exec"),
            (refused.Fault, refused.Message));
    }

    private async Task<(ContainerState Container, Task Starting, string Exec)> ReachAsync(bool tty)
    {
        if (Directory.Exists(Place)) Directory.Delete(Place, recursive: true);
        Directory.CreateDirectory(Place);
        await File.WriteAllTextAsync(Place + "/crun", Script);
        File.SetUnixFileMode(
            Place + "/crun", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Host.Run("mkfifo", "-m", "600", Place + "/reached", Place + "/go");
        await fixture.ReopenAsync(options: fixture.Options with { CrunPath = Place + "/crun" });
        var container = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));
        var exec = fixture.Engine.Execs.Create(
            container.Id, new ExecDefinition(["true"]) { Tty = tty });
        var starting = fixture.Engine.Execs.StartDetachedAsync(exec, null, default);
        await File.ReadAllTextAsync(Place + "/reached");
        return (container, starting, exec);
    }

    private Task GoOnAsync() => File.WriteAllTextAsync(Place + "/go", "on\n");
}

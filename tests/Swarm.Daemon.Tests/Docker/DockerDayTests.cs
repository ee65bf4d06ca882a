using Swarm.Daemon.Tests.Services;

namespace Swarm.Daemon.Tests.Docker;

/// <summary>What people do with the <c>docker</c> command all day, with the command itself.</summary>
public sealed class DockerDayTests(SharedNode shared) : IClassFixture<SharedNode>
{
    private const StringComparison Ordinal = StringComparison.Ordinal;

    private readonly DockerClient _docker = new(shared.Node.Daemon.Socket);

    [Fact]
    public async Task What_a_container_writes_and_its_exit_code_are_those_of_the_command()
    {
        var run = await _docker.RunAsync("run", "--rm", "box", "sh", "-c", "echo out; echo err >&2; exit 42");

        Assert.Equal(new DockerRun(42, "out\n", "err\n"), run);
    }

    [Fact]
    public async Task Output_goes_on_after_the_input_has_ended()
    {
        var run = await _docker.RunAsync(
            "one\ntwo\n", ["run", "--rm", "-i", "box", "sh", "-c", "cat; sleep 1; echo after"]);

        Assert.Equal(new DockerRun(0, "one\ntwo\nafter\n", ""), run);
    }

    [Theory]
    [InlineData(127, "/no/such/program")]
    [InlineData(126, "/etc")]
    public async Task A_program_that_cannot_be_run_has_the_exit_code_of_a_shell(int code, string program)
    {
        var run = await _docker.RunAsync("run", "--rm", "box", program);

        Assert.True(run.ExitCode == code, run.ToString());
        Assert.Contains("Error response from daemon: exec:", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_that_is_not_there_and_what_is_not_supported_are_told_with_125()
    {
        var missing = await _docker.RunAsync("run", "--rm", "no-such-image", "true");
        var refused = await _docker.RunAsync("run", "--rm", "--cpu-rt-period", "1000", "box", "true");

        Assert.Equal((125, 125), (missing.ExitCode, refused.ExitCode));
        Assert.Contains("Unable to find image 'no-such-image", missing.Errors, StringComparison.Ordinal);
        Assert.Contains("HostConfig.CpuRealtimePeriod", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("not supported", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_asks_for_another_platform_or_for_nobody_is_told()
    {
        var made = await _docker.DoAsync("create", "box", "true");
        var foreign = await _docker.RunAsync("create", "--pull", "never", "--platform", "linux/s390x", "box", "true");
        var nobody = await _docker.RunAsync("kill", "nobody");
        var unclear = await _docker.RunAsync("ps", "--filter", "publish=a");
        var renamed = await _docker.RunAsync("rename", made, "no name");
        await _docker.DoAsync("rm", made);

        Assert.Equal((1, 1, 1, 1), (foreign.ExitCode, nobody.ExitCode, unclear.ExitCode, renamed.ExitCode));
        Assert.Contains("does not match the specified platform (linux/s390x)", foreign.Errors, Ordinal);
        Assert.Contains("cannot kill container: nobody: No such container: nobody", nobody.Errors, Ordinal);
        Assert.Contains("invalid port specification: 'a'", unclear.Errors, Ordinal);
        Assert.Contains("Error when allocating new name: Invalid container name (no name)", renamed.Errors, Ordinal);
    }

    [Fact]
    public async Task A_missing_program_is_named_in_the_words_that_people_look_for()
    {
        var found = await _docker.RunAsync("run", "--rm", "box", "no-such-program");

        Assert.Equal(127, found.ExitCode);
        Assert.Contains("exec: \"no-such-program\": executable file not found in $PATH", found.Errors, Ordinal);
    }

    [Fact]
    public async Task Ports_that_are_published_for_nothing_are_warned_of()
    {
        var warned = await _docker.RunAsync("run", "--rm", "--network", "host", "-p", "80:80", "box", "true");

        Assert.Equal(0, warned.ExitCode);
        Assert.Contains("Published ports are discarded when using host network mode", warned.Errors, Ordinal);
    }

    [Fact]
    public async Task Labels_of_the_image_are_the_containers_in_lists_too()
    {
        var made = await _docker.DoAsync("create", "box", "true");
        await _docker.DoAsync("commit", "-c", "LABEL of=image both=image", made, "labelled");
        await _docker.DoAsync("create", "--name", "wearer", "--label", "both=own", "labelled", "true");

        Assert.Equal("both=own,of=image", await _docker.DoAsync(
            "ps", "-a", "--filter", "label=of=image", "--filter", "label=both=own", "--format", "{{.Labels}}"));
        Assert.Equal("", await _docker.DoAsync("ps", "-aq", "--filter", "label=both=image"));
        Assert.Equal("own image labelled wearer", await _docker.DoAsync(
            // To the end of the second that is on: bounds are in whole seconds.
            "events", "--since", "1h", "--until=-1s", "--filter", "container=wearer", "--format",
            "{{with .Actor.Attributes}}{{.both}} {{.of}} {{.image}} {{.name}}{{end}}"));

        await _docker.DoAsync("container", "prune", "-f", "--filter", "label=of=image");
        Assert.Equal("", await _docker.DoAsync("ps", "-aq", "--filter", "name=wearer"));
        await _docker.DoAsync("rm", made);
        await _docker.DoAsync("rmi", "labelled");
    }

    [Fact]
    public async Task A_container_in_the_background_is_listed_shown_stopped_started_and_removed()
    {
        var id = await _docker.DoAsync(
            "run", "-d", "--name", "day", "--label", "kind=test", "box", "sh", "-c",
            "trap 'exit 5' TERM; sleep 600 & wait");
        Assert.Matches("^[0-9a-f]{64}$", id);
        Assert.Equal("day running", await _docker.DoAsync(
            "ps", "--filter", "label=kind=test", "--format", "{{.Names}} {{.State}}"));
        Assert.Equal("/day box true", await _docker.DoAsync(
            "inspect", "-f", "{{.Name}} {{.Config.Image}} {{.State.Running}}", id[..12]));
        var taken = await _docker.RunAsync("run", "-d", "--name", "day", "box", "true");
        Assert.Equal(125, taken.ExitCode);
        Assert.Contains("is already in use by container", taken.Errors, StringComparison.Ordinal);
        Assert.Equal(1, (await _docker.RunAsync("rm", "day")).ExitCode);

        await _docker.DoAsync("stop", "day");
        Assert.Equal("exited 5", await _docker.DoAsync(
            "inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", "day"));
        Assert.Equal("", await _docker.DoAsync("ps", "-q", "--filter", "name=^/day$"));
        await _docker.DoAsync("start", "day");
        await _docker.DoAsync("kill", "day");
        Assert.Equal("137", await _docker.DoAsync("wait", "day"));
        await _docker.DoAsync("rm", "day");
        Assert.Equal(1, (await _docker.RunAsync("inspect", "day")).ExitCode);
    }

    [Fact]
    public async Task A_log_is_followed_to_the_end_and_cut_as_asked()
    {
        await _docker.DoAsync(
            "run", "-d", "--name", "log", "box", "sh", "-c", "for i in 1 2 3; do echo line $i; sleep 0.3; done");

        Assert.Equal("line 1\nline 2\nline 3", await _docker.DoAsync("logs", "-f", "log"));
        Assert.Equal("line 3", await _docker.DoAsync("logs", "--tail", "1", "log"));
        Assert.Matches(
            "^[0-9-]{10}T[0-9:]{8}[.][0-9]{9}Z line 1\n", await _docker.DoAsync("logs", "-t", "log"));
        Assert.Equal("", await _docker.DoAsync("logs", "--until", "1h", "log"));
        await _docker.DoAsync("rm", "log");
    }

    [Fact]
    public async Task A_program_is_run_in_a_container_with_its_own_input_user_and_exit_code()
    {
        await _docker.DoAsync("run", "-d", "--name", "exec", "box", "sleep", "600");

        Assert.Equal("0 7", await _docker.DoAsync(
            "exec", "-e", "A=7", "exec", "sh", "-c", "echo $(id -u) $A"));
        Assert.Equal(
            new DockerRun(3, "in", ""),
            await _docker.RunAsync("in", ["exec", "-i", "exec", "sh", "-c", "cat; exit 3"]));
        Assert.Equal(127, (await _docker.RunAsync("exec", "exec", "/no/such/program")).ExitCode);
        await _docker.DoAsync("rm", "-f", "exec");
        Assert.Equal(1, (await _docker.RunAsync("exec", "exec", "true")).ExitCode);
    }

    [Fact]
    public async Task A_terminal_has_the_size_of_the_client_and_is_left_with_its_keys()
    {
        await _docker.DoAsync("run", "-d", "--name", "tty", "box", "sleep", "600");
        using var terminal = _docker.Begin(
            "script", "-qec", "stty rows 33 cols 77; docker exec -it tty sh -c 'sleep 1; stty size; tty'", "/dev/null");
        terminal.StandardInput.Close();
        var output = await terminal.StandardOutput.ReadToEndAsync();
        await terminal.WaitForExitAsync();

        Assert.Contains("33 77", output, StringComparison.Ordinal);
        Assert.Contains("/dev/pts/", output, StringComparison.Ordinal);
        await _docker.DoAsync("rm", "-f", "tty");
    }

    [Fact]
    public async Task A_restart_policy_keeps_a_container_running_until_it_is_stopped()
    {
        await _docker.DoAsync("run", "-d", "--name", "again", "--restart", "unless-stopped", "box", "false");
        await UntilAsync("again", "{{ge .RestartCount 2}}", "true");

        await _docker.DoAsync("stop", "again");

        Assert.Equal("exited", await _docker.DoAsync("inspect", "-f", "{{.State.Status}}", "again"));
        await _docker.DoAsync("rm", "again");
        await _docker.DoAsync("run", "-d", "--name", "twice", "--restart", "on-failure:2", "box", "false");
        await UntilAsync("twice", "{{.State.Status}} {{.RestartCount}}", "exited 2");
        await _docker.DoAsync("rm", "twice");
    }

    [Fact]
    public async Task Health_is_shown_and_decides_nothing()
    {
        await _docker.DoAsync(
            "run", "-d", "--name", "sick", "--health-cmd", "test -e /well", "--health-interval", "300ms",
            "--health-retries", "1", "box", "sleep", "600");
        await UntilAsync("sick", "{{.State.Status}} {{.State.Health.Status}}", "running unhealthy");

        await _docker.DoAsync("exec", "sick", "touch", "/well");

        await UntilAsync("sick", "{{.State.Status}} {{.State.Health.Status}}", "running healthy");
        await UntilAsync("sick", "{{len .State.Health.Log}} {{.State.Health.FailingStreak}}", "5 0");
        await UntilAsync("sick", "{{(index .State.Health.Log 4).ExitCode}}", "0");
        await _docker.DoAsync("kill", "sick");
        await UntilAsync("sick", "{{.State.Status}} {{.State.Health.Status}}", "exited unhealthy");
        await _docker.DoAsync("rm", "-f", "sick");
    }

    [Fact]
    public async Task Events_tell_the_life_of_a_container_in_its_order()
    {
        var since = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        await _docker.DoAsync("run", "--rm", "--name", "told", "box", "true");

        var told = await _docker.DoAsync(
            "events", "--since", $"{since}", "--until", $"{DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1}",
            "--filter", "container=told", "--format", "{{.Action}}");

        Assert.Equal(["create", "attach", "start", "die", "destroy"], told.Split('\n'));
    }

    [Fact]
    public async Task Created_containers_run_when_they_are_started_and_wait_is_told_of_the_end()
    {
        await _docker.DoAsync("create", "--name", "later", "box", "sh", "-c", "echo ran; exit 9");
        Assert.Equal("created", await _docker.DoAsync("inspect", "-f", "{{.State.Status}}", "later"));

        Assert.Equal(new DockerRun(9, "ran\n", ""), await _docker.RunAsync("start", "-a", "later"));

        Assert.Equal("9", await _docker.DoAsync("wait", "later"));
        Assert.Equal("later", await _docker.DoAsync("rm", "later"));
    }

    [Fact]
    public async Task A_container_is_paused_renamed_and_looked_into()
    {
        await _docker.DoAsync("run", "-d", "--name", "still", "box", "sleep", "600");
        await _docker.DoAsync("pause", "still");
        Assert.Equal("paused", await _docker.DoAsync("inspect", "-f", "{{.State.Status}}", "still"));
        await _docker.DoAsync("unpause", "still");
        Assert.Equal(1, (await _docker.RunAsync("unpause", "still")).ExitCode);

        await _docker.DoAsync("rename", "still", "other");

        Assert.Contains("sleep 600", await _docker.DoAsync("top", "other"), StringComparison.Ordinal);
        Assert.Equal("/other", await _docker.DoAsync("inspect", "-f", "{{.Name}}", "other"));
        await _docker.DoAsync("rm", "-f", "other");
    }

    private async Task UntilAsync(string container, string format, string wanted)
    {
        var last = "";
        await shared.Node.UntilAsync(
            async () => (last = await _docker.DoAsync("inspect", "-f", format, container)) == wanted,
            () => $"{container} is {last}, not {wanted}");
    }
}

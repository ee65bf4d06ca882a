using System.Diagnostics;
using Swarm.Core.Containers;
using Swarm.Runtime.Consoles;
using Swarm.Runtime.Execs;
using Xunit.Abstractions;

namespace Swarm.Runtime.Tests;

public sealed class ExecTests(EngineFixture fixture, ITestOutputHelper output) : IClassFixture<EngineFixture>
{
    private IContainerExecs Execs => fixture.Engine.Execs;

    [Fact]
    public async Task A_program_runs_beside_the_containers_own_with_streams_and_exit_code_of_its_own()
    {
        var container = await SleepingAsync();
        var exec = Execs.Create(container.Id, Shell("cat; echo err >&2; exit 3") with { Streams = ConsoleStreams.All });
        Assert.Equal((false, 0, null), Seen(exec));
        Assert.Equal(exec, Assert.Single(Execs.Of(container.Id)));

        await using var session = await Execs.StartAsync(exec, null, default);
        Assert.True(Execs.Find(exec)!.IsRunning);
        Assert.True(Directory.Exists($"/proc/{Execs.Find(exec)!.Pid}"));
        await session.WriteTextAsync("in\n");
        await session.EndInputAsync(default);

        Assert.Equal(("in\n", "err\n"), await session.ReadToEndAsync());
        var ended = await Execs.WaitAsync(exec, default);
        Assert.Equal((false, 3), (ended.IsRunning, ended.ExitCode));
        Assert.Empty(Execs.Of(container.Id));
        var again = await Assert.ThrowsAsync<ContainerException>(() => Execs.StartDetachedAsync(exec, null, default));
        Assert.Equal(ContainerFault.WrongPhase, again.Fault);
    }

    [Fact]
    public async Task It_has_its_own_user_environment_and_folder_over_the_containers()
    {
        var container = await fixture.StartAsync(
            EngineFixture.Shell("sleep 600") with { Environment = ["KEPT=1", "CHANGED=1"], WorkingDirectory = "/etc" });

        Assert.Equal("0 /etc /root 1 1", await OutputAsync(container, Print));
        Assert.Equal(
            "1234 /data /data 1 2",
            await OutputAsync(
                container, Print with { User = "worker", Environment = ["CHANGED=2"], WorkingDirectory = "/data" }));
        Assert.Equal("1300 1400", await OutputAsync(container, Shell("id -G | tr -d '\\n'") with { User = "worker" }));
    }

    [Fact]
    public async Task It_is_held_to_all_that_the_container_is_held_to_and_so_is_a_probe()
    {
        var container = await fixture.StartAsync(EngineFixture.Shell("sleep 600") with
        {
            User = "worker",
            Groups = ["77"],
            WorkingDirectory = "/data",
            Ulimits = [new Ulimit("nofile", 100, 200), new Ulimit("core", 0, 0)],
            OutOfMemoryScore = 500,
            NoNewPrivileges = true,
            DropCapabilities = ["CHOWN"],
        });
        var status = File.ReadLines($"/proc/{container.Pid}/status").Where(IsSetting);
        var own = File.ReadAllText($"/proc/{container.Pid}/oom_score_adj")
            + File.ReadAllText($"/proc/{container.Pid}/limits")
            + string.Join('\n', [.. status, "/data\n"]);
        const string look = "cat /proc/self/oom_score_adj /proc/self/limits; "
            + "grep -E '^(Umask|Uid|Gid|Groups|Cap...|NoNewPrivs|Seccomp):' /proc/self/status; pwd";

        Assert.Equal(own, await OutputAsync(container, Shell(look)));
        Assert.Equal("0 " + own.Trim(), await fixture.RunCommandAsync(container.Id, "sh", "-c", look));
        Assert.StartsWith("500\n", own, StringComparison.Ordinal);
        Assert.Equal(own, await OutputAsync(container, Shell(look) with { User = "worker" }));
    }

    [Fact]
    public async Task A_privileged_one_has_capabilities_that_the_container_lacks()
    {
        var container = await SleepingAsync();
        var read = Shell("grep CapEff /proc/self/status | cut -f2 | tr -d '\\n'");

        Assert.Equal("00000000a80425fb", await OutputAsync(container, read));
        Assert.True(
            Convert.ToUInt64(await OutputAsync(container, read with { Privileged = true }), 16) > 0xa80425fb);
        Assert.Equal(
            "0000000000000000", await OutputAsync(container, read with { Privileged = true, User = "worker" }));
    }

    [Fact]
    public async Task A_terminal_of_its_own_has_the_size_it_is_given_and_takes_another()
    {
        var container = await SleepingAsync();
        var exec = Execs.Create(
            container.Id,
            Shell("read x; stty size; read x; stty size; read x") with
            {
                Tty = true,
                Streams = ConsoleStreams.All,
                Size = new ConsoleSize(21, 77),
            });

        await using var session = await Execs.StartAsync(exec, null, default);
        await session.WriteTextAsync("go\n");
        await session.ReadUntilAsync("21 77\r\n");
        Execs.Resize(exec, new ConsoleSize(22, 78));
        await session.WriteTextAsync("go\n");

        Assert.Contains("22 78\r\n", await session.ReadUntilAsync("22 78\r\n"), StringComparison.Ordinal);
        await session.WriteTextAsync("go\n");
        await session.ReadToEndAsync();
        Assert.Equal(0, (await Execs.WaitAsync(exec, default)).ExitCode);
        Assert.Equal(
            ContainerFault.WrongPhase,
            Assert.Throws<ContainerException>(() => Execs.Resize(exec, new ConsoleSize(1, 1))).Fault);
    }

    [Fact]
    public async Task A_size_that_is_told_before_the_program_runs_is_that_of_its_terminal()
    {
        var container = await SleepingAsync();
        var exec = Execs.Create(
            container.Id, Shell("read x; stty size") with { Tty = true, Streams = ConsoleStreams.All });

        Execs.Resize(exec, new ConsoleSize(23, 79));
        await using var session = await Execs.StartAsync(exec, null, default);
        await session.WriteTextAsync("go\n");

        Assert.Contains("23 79\r\n", (await session.ReadToEndAsync()).Output, StringComparison.Ordinal);
    }

    /// <remarks>So does <c>docker exec -t</c>: it closes its half as soon as it is answered.</remarks>
    [Fact]
    public async Task Of_fifty_short_ones_whose_clients_bring_no_input_and_say_so_no_output_is_lost()
    {
        var container = await SleepingAsync();
        for (var i = 0; i < 50; i++)
        {
            var exec = Execs.Create(container.Id, new ExecDefinition(["echo", $"said {i}"]) { Tty = i % 5 != 0 });

            await using var session = await Execs.StartAsync(exec, null, default);
            await session.EndInputAsync(default);

            Assert.Equal($"said {i}", (await session.ReadToEndAsync()).Output.TrimEnd());
        }
    }

    [Fact]
    public async Task Detached_or_left_it_goes_on_to_its_end()
    {
        var container = await SleepingAsync();
        var detached = Execs.Create(container.Id, Shell("yes | head -c 1000000; exit 5"));
        await Execs.StartDetachedAsync(detached, null, default);
        var left = Execs.Create(container.Id, Shell("echo begun; read x < /tmp/go; yes | head -c 1000000; exit 6"));
        await fixture.RunCommandAsync(container.Id, "sh", "-c", "mkfifo /tmp/go");
        await using (var session = await Execs.StartAsync(left, null, default)) await session.ReadUntilAsync("begun");
        await fixture.RunCommandAsync(container.Id, "sh", "-c", "echo > /tmp/go");

        Assert.Equal(5, (await Execs.WaitAsync(detached, default)).ExitCode);
        Assert.Equal(6, (await Execs.WaitAsync(left, default)).ExitCode);
    }

    [Fact]
    public async Task Streams_that_a_program_leaves_to_another_do_not_hold_up_its_end()
    {
        var container = await SleepingAsync();
        var exec = Execs.Create(container.Id, Shell("sleep 600 & echo left"));

        await using var session = await Execs.StartAsync(exec, null, default);

        Assert.Equal("left\n", (await session.ReadToEndAsync()).Output);
        Assert.Equal(0, (await Execs.WaitAsync(exec, default)).ExitCode);
    }

    [Theory]
    [InlineData("/nope", null, null, "exec: \"/nope\": stat /nope: no such file or directory", 127)]
    [InlineData("/etc", null, null, "exec: \"/etc\": permission denied: it is not an executable file", 126)]
    [InlineData(
        "/etc/passwd", null, null, "exec: \"/etc/passwd\": permission denied: it is not an executable file", 126)]
    [InlineData("true", "/nowhere", null, "crun: chdir `/nowhere`: no such file or directory", 126)]
    [InlineData(
        "true", null, "nobody-here", "unable to find user nobody-here: no matching entries in passwd file", 126)]
    public async Task What_cannot_be_run_is_said_and_has_an_exit_code(
        string program, string? folder, string? user, string message, int code)
    {
        var container = await SleepingAsync();
        var exec = Execs.Create(
            container.Id, new ExecDefinition([program]) { WorkingDirectory = folder, User = user });

        var refused = await Assert.ThrowsAsync<ContainerException>(() => Execs.StartAsync(exec, null, default));

        Assert.Equal(message, refused.Message);
        Assert.Equal((false, 0, code), Seen(exec));
        Assert.Empty(Directory.GetDirectories(fixture.Options.RunRoot + "/state/x"));
    }

    [Fact]
    public async Task What_cannot_be_run_leaves_no_process_behind_that_nobody_reaps()
    {
        var container = await SleepingAsync();
        for (var i = 0; i < 3; i++)
        {
            var exec = Execs.Create(container.Id, new ExecDefinition(["nosuchprogram"]));
            await Assert.ThrowsAsync<ContainerException>(() => Execs.StartAsync(exec, null, default));
        }

        Assert.True(SpinWait.SpinUntil(() => !HasUnreaped(container.Pid), Patience.Seconds(20)));
        await fixture.Engine.RemoveAsync(container.Id, default);
        Assert.Empty(fixture.FilesOf(container.Id));
    }

    /// <summary>Whether a container's own <c>/proc</c> shows a process that has ended.</summary>
    private static bool HasUnreaped(int first) => Directory.GetDirectories($"/proc/{first}/root/proc")
        .Where(folder => int.TryParse(Path.GetFileName(folder), out _))
        .Any(folder =>
        {
            try
            {
                return File.ReadAllText(folder + "/status").Contains("State:\tZ", StringComparison.Ordinal);
            }
            catch (IOException)
            {
                return false; // reaped meanwhile
            }
        });

    [Fact]
    public async Task One_that_does_not_run_takes_none_and_a_removed_one_forgets_its_own()
    {
        var created = await fixture.Engine.CreateAsync(
            EngineFixture.Define(EngineFixture.Shell("sleep 600")), default);
        var refused = Assert.Throws<ContainerException>(() => Execs.Create(created.Id, Shell("true")));
        Assert.Equal(
            (ContainerFault.WrongPhase, $"container {created.Id.Short} is not running"),
            (refused.Fault, refused.Message));
        await fixture.Engine.StartAsync(created.Id, default);
        var exec = Execs.Create(created.Id, Shell("true"));

        await fixture.Engine.RemoveAsync(created.Id, default);

        Assert.Null(Execs.Find(exec));
        Assert.Equal(
            ContainerFault.NotFound,
            (await Assert.ThrowsAsync<ContainerException>(() => Execs.StartDetachedAsync(exec, null, default))).Fault);
    }

    [Fact]
    public async Task Starting_one_is_measured()
    {
        var container = await SleepingAsync();
        var times = new List<double>();
        for (var i = 0; i < 15; i++)
        {
            var watch = Stopwatch.StartNew();
            await OutputAsync(container, new ExecDefinition(["true"]));
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        output.WriteLine($"MEASURED exec true, to its end: least {times[0]:F1} ms, median {times[7]:F1} ms");
        Assert.InRange(times[0], 0, 5000);
    }

    private static bool IsSetting(string line) =>
        line.Split(':')[0] is "Umask" or "Uid" or "Gid" or "Groups" or "NoNewPrivs" or "Seccomp"
        || line.StartsWith("Cap", StringComparison.Ordinal);

    private static ExecDefinition Print =>
        Shell("echo -n $(id -u) $(pwd) $HOME $KEPT $CHANGED");

    private static ExecDefinition Shell(string script) => new(["sh", "-c", script]);

    private Task<ContainerState> SleepingAsync() => fixture.StartAsync(EngineFixture.Shell("sleep 600"));

    private (bool IsRunning, int Pid, int? ExitCode) Seen(string exec)
    {
        var state = Execs.Find(exec)!;
        return (state.IsRunning, state.Pid, state.ExitCode);
    }

    private async Task<string> OutputAsync(ContainerState container, ExecDefinition definition)
    {
        await using var session = await Execs.StartAsync(Execs.Create(container.Id, definition), null, default);
        return (await session.ReadToEndAsync()).Output;
    }
}

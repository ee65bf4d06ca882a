using System.Text.Json;
using Swarm.Daemon.Tests.Services;

namespace Swarm.Daemon.Tests.Docker;

/// <summary>What containers get of their host, with the options of the <c>docker</c> command.</summary>
public sealed class HostSideTests(SharedNode shared) : IClassFixture<SharedNode>
{
    private readonly DockerClient _docker = new(shared.Node.Daemon.Socket);

    [Theory]
    [InlineData("100 200", "--ulimit nofile=100:200", "echo $(ulimit -Sn) $(ulimit -Hn)")]
    [InlineData("docker-init", "--init", "cat /proc/1/comm")]
    [InlineData("3", "--device /dev/zero:/dev/mine:r", "head -c 3 /dev/mine | wc -c")]
    [InlineData("0 77", "--group-add 77", "id -G")]
    [InlineData("500", "--oom-score-adj 500", "cat /proc/self/oom_score_adj")]
    [InlineData("search a.example", "--dns-search a.example", "grep search /etc/resolv.conf")]
    [InlineData("options ndots:3", "--dns-option ndots:3", "grep options /etc/resolv.conf")]
    [InlineData("NoNewPrivs:\t1", "--security-opt no-new-privileges", "grep NoNewPrivs /proc/self/status")]
    [InlineData("Seccomp:\t0", "--security-opt seccomp=unconfined", "grep Seccomp: /proc/self/status")]
    [InlineData("Seccomp:\t2", "", "grep Seccomp: /proc/self/status")]
    [InlineData("0", "--security-opt systempaths=unconfined", "grep -c ' /proc/timer_list ' /proc/self/mountinfo")]
    [InlineData("1", "", "grep -c ' /proc/timer_list ' /proc/self/mountinfo")]
    [InlineData("d.example", "--domainname d.example", "cat /proc/sys/kernel/domainname")]
    [InlineData("h.d.example h", "--hostname h --domainname d.example", "grep -o 'h.d.example h' /etc/hosts")]
    [InlineData("3", "--device-cgroup-rule 'c 1:5 r'", "mknod /tmp/z c 1 5; head -c 3 /tmp/z | wc -c")]
    [InlineData("0", "--ipc none", "grep -c ' /dev/shm ' /proc/self/mounts")]
    [InlineData("0", "--cgroupns host", "grep -c ':memory:/$' /proc/self/cgroup")]
    [InlineData("1", "", "grep -c ':memory:/$' /proc/self/cgroup")]
    [InlineData("0 rw", "--privileged", "echo $(grep -c ' /proc/timer_list ' /proc/self/mountinfo) "
        + "$(grep ' /sys ' /proc/mounts | cut -d' ' -f4 | cut -c1-2)")]
    public async Task It_has_what_it_was_given(string expected, string options, string script)
    {
        // A word in quotes is one.
        string[] given =
        [
            .. options.Split('\'').SelectMany((part, at) => at % 2 == 1
                ? [part]
                : part.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
        ];

        var run = await _docker.RunAsync(["run", "--rm", .. given, "box", "sh", "-c", script]);

        Assert.Equal(expected, run.Output.TrimEnd('\n'));
    }

    [Fact]
    public async Task Namespaces_are_those_of_another_container_or_of_the_host()
    {
        await _docker.DoAsync("run", "-d", "--name", "donor", "--ipc", "shareable", "box", "sh", "-c",
            "touch /dev/shm/told; exec sleep 600");

        Assert.Contains("sleep 600", await _docker.DoAsync(
            "run", "--rm", "--pid", "container:donor", "box", "ps"), StringComparison.Ordinal);
        Assert.Equal("told", await _docker.DoAsync("run", "--rm", "--ipc", "container:donor", "box", "ls", "/dev/shm"));
        Assert.Equal(Environment.MachineName, await _docker.DoAsync("run", "--rm", "--uts", "host", "box", "hostname"));
        var missing = await _docker.RunAsync("run", "--rm", "--pid", "container:nobody", "box", "true");
        Assert.Equal(125, missing.ExitCode);
        Assert.Contains("No such container: nobody", missing.Errors, StringComparison.Ordinal);
        await _docker.DoAsync("rm", "-f", "donor");
    }

    [Fact]
    public async Task Limits_are_changed_while_it_runs_and_shown()
    {
        await _docker.DoAsync("run", "-d", "--name", "limited", "-m", "64m", "box", "sleep", "600");

        await _docker.DoAsync(
            "update", "-m", "128m", "--memory-swap", "256m", "--cpus", "0.5", "--pids-limit", "50",
            "--restart", "unless-stopped", "limited");

        Assert.Equal("134217728 268435456 500000000 50 unless-stopped", await _docker.DoAsync(
            "inspect", "-f",
            "{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} {{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}} "
            + "{{.HostConfig.RestartPolicy.Name}}", "limited"));
        Assert.Equal("/128MiB", (await _docker.DoAsync(
            "stats", "--no-stream", "--format", "{{.MemUsage}}", "limited")).Replace(" ", "", StringComparison.Ordinal)
            [^7..]);
        Assert.Contains("CPU Quota or Period", (await _docker.RunAsync(
            "update", "--cpu-quota", "1000", "limited")).Errors, StringComparison.Ordinal);
        await _docker.DoAsync("rm", "-f", "limited");
    }

    [Fact]
    public async Task What_it_uses_is_counted()
    {
        await _docker.DoAsync("run", "-d", "--name", "busy", "box", "sh", "-c", "while :; do :; done");

        using var stats = JsonDocument.Parse(await _docker.DoAsync(
            "stats", "--no-stream", "--format", "json", "busy"));

        var root = stats.RootElement;
        Assert.Equal("busy", root.GetProperty("Name").GetString());
        Assert.NotEqual("0.00%", root.GetProperty("CPUPerc").GetString());
        Assert.Equal("1", root.GetProperty("PIDs").GetString());
        Assert.Matches("^[0-9.]+[kM]?B / [0-9.]+[kM]?B$", root.GetProperty("NetIO").GetString());
        await _docker.DoAsync("rm", "-f", "busy");
    }

    [Fact]
    public async Task Who_attaches_with_the_log_gets_what_came_before()
    {
        await _docker.DoAsync("run", "-d", "--name", "logged", "box", "sh", "-c", "echo before; sleep 600");
        await shared.Node.UntilAsync(
            async () => await _docker.DoAsync("logs", "logged") == "before", () => "nothing was logged");

        var answer = await _docker.DoAsync(
            "exec", "logged", "true") + await CurlAsync("/containers/logged/attach?logs=1&stdout=1&stderr=1");

        Assert.EndsWith("before", answer, StringComparison.Ordinal);
        await _docker.DoAsync("rm", "-f", "logged");
    }

    [Fact]
    public async Task A_log_of_its_own_size_is_kept_with_what_is_said_of_its_lines_or_none_is()
    {
        await _docker.DoAsync(
            "run", "-d", "--name", "small", "--log-opt", "max-size=20k", "--log-opt", "max-file=2", "--log-opt",
            "labels=kind", "--log-opt", "env=A", "--label", "kind=x", "-e", "A=1", "box", "sh", "-c",
            "echo first; while :; do seq 1000 1999; sleep 0.3; done");
        await shared.Node.UntilAsync(
            async () => !(await _docker.DoAsync("logs", "small")).StartsWith("first", StringComparison.Ordinal),
            () => "all files are kept");
        Assert.StartsWith(
            "A=1,kind=x 1", await _docker.DoAsync("logs", "--details", "--tail", "1", "small"),
            StringComparison.Ordinal);

        await _docker.DoAsync("run", "--name", "silent", "--log-driver", "none", "box", "echo", "said");
        var unread = await _docker.RunAsync("logs", "silent");
        Assert.Equal(1, unread.ExitCode);
        Assert.Contains(
            "configured logging driver does not support reading", unread.Errors, StringComparison.Ordinal);
        Assert.Equal("none ", await _docker.DoAsync(
            "inspect", "-f", "{{.HostConfig.LogConfig.Type}} {{.LogPath}}", "silent"));
        await _docker.DoAsync("rm", "-f", "small", "silent");
    }

    [Fact]
    public async Task All_that_is_done_with_a_container_is_told_as_an_event()
    {
        var since = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        await _docker.DoAsync("run", "-d", "--name", "eventful", "-l", "eventful", "box", "sleep", "600");
        await _docker.DoAsync("exec", "eventful", "true");
        await _docker.DoAsync("update", "--pids-limit", "50", "eventful");
        await _docker.DoAsync("top", "eventful");
        await _docker.DoAsync("rename", "eventful", "told");
        await _docker.DoAsync("commit", "told", "told:1");
        await _docker.DoAsync("restart", "-t", "0", "told");
        await _docker.DoAsync("kill", "told");
        await _docker.DoAsync("wait", "told");
        await _docker.DoAsync("restart", "told");
        await _docker.DoAsync("kill", "told");
        await _docker.DoAsync("wait", "told");
        await _docker.DoAsync("rm", "told");
        await _docker.DoAsync("rmi", "told:1");

        var told = await _docker.DoAsync(
            "events", "--since", $"{since}", "--until", $"{DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1}",
            "--filter", "type=container", "--filter", "label=eventful", "--format",
            "{{.Action}} {{index .Actor.Attributes \"signal\"}}{{index .Actor.Attributes \"oldName\"}}"
            + "{{if eq .Action \"exec_die\"}}{{index .Actor.Attributes \"exitCode\"}}{{end}}");

        string[] mine =
        [
            "create ", "start ", "exec_create: true ", "exec_start: true ", "exec_die 0", "update ", "top ",
            "rename /eventful", "commit ", "kill 15", "kill 9", "die ", "stop ", "start ", "restart ", "kill 9", "die ",
            "start ", "restart ", "kill 9", "die ", "destroy ",
        ];
        Assert.Equal(mine, told.Split('\n'));
    }

    private async Task<string> CurlAsync(string path)
    {
        using var curl = _docker.Begin(
            "curl", "-s", "-X", "POST", "--unix-socket", shared.Node.Daemon.Socket, $"http://swarm{path}");
        var output = await curl.StandardOutput.ReadToEndAsync();
        await curl.WaitForExitAsync();
        return output.Trim();
    }
}

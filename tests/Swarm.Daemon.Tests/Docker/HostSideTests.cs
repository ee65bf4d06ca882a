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
    public async Task It_has_what_it_was_given(string expected, string options, string script)
    {
        string[] given = options.Split(' ', StringSplitOptions.RemoveEmptyEntries);

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

    private async Task<string> CurlAsync(string path)
    {
        using var curl = _docker.Begin(
            "curl", "-s", "-X", "POST", "--unix-socket", shared.Node.Daemon.Socket, $"http://swarm{path}");
        var output = await curl.StandardOutput.ReadToEndAsync();
        await curl.WaitForExitAsync();
        return output.Trim();
    }
}

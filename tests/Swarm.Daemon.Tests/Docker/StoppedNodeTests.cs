using System.Diagnostics;
using Swarm.Daemon.Tests.Services;

namespace Swarm.Daemon.Tests.Docker;

/// <summary>Commands that are at work when swarmd is stopped, as for an upgrade.</summary>
public sealed class StoppedNodeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task What_is_cut_off_does_not_end_well()
    {
        await using var node = await TestNode.StartAsync();
        var docker = new DockerClient(node.Daemon.Socket);
        await docker.DoAsync("run", "-d", "--name", "long", "box", "sh", "-c", "while :; do echo row; sleep 1; done");
        using var exec = docker.Begin("docker", "exec", "long", "sh", "-c", "while :; do echo row; sleep 1; done");
        using var logs = docker.Begin("docker", "logs", "-f", "long");
        foreach (var one in (Process[])[exec, logs])
            Assert.Equal("row", await one.StandardOutput.ReadLineAsync().WaitAsync(Patience));

        Assert.Equal(0, await node.Daemon.StopAsync());

        Assert.Equal(255, await ExitCodeOfAsync(exec));
        Assert.NotEqual(0, await ExitCodeOfAsync(logs));
        await node.Daemon.StartAsync();
        Assert.Equal("true", await docker.DoAsync("inspect", "-f", "{{.State.Running}}", "long"));
        await docker.DoAsync("rm", "-f", "long");
    }

    private static async Task<int> ExitCodeOfAsync(Process process)
    {
        await process.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        await process.WaitForExitAsync().WaitAsync(Patience);
        return process.ExitCode;
    }
}

using Swarm.Daemon.Tests.Services;

namespace Swarm.Daemon.Tests.Docker;

/// <summary>A node that is the first process of its pid namespace, as in a container without an init.</summary>
public sealed class FirstProcessTests
{
    [Fact]
    public async Task It_runs_containers_and_stops_as_any_other()
    {
        await using var node = await TestNode.StartAsync(
            new DaemonProcess("unshare", "--pid", "--fork", "--kill-child", "--mount-proc"));
        var docker = new DockerClient(node.Daemon.Socket);

        Assert.Equal("said", await docker.DoAsync("run", "--rm", "box", "echo", "said"));
        await docker.DoAsync("run", "-d", "--name", "one", "box", "sh", "-c", "exit 7");
        Assert.Equal("7", await docker.DoAsync("wait", "one"));
        await docker.DoAsync("rm", "one");
    }
}

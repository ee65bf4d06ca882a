using Swarm.Daemon.Tests.Docker;

namespace Swarm.Daemon.Tests.Clients;

/// <summary>The docker command from another host, as it were: by TLS.</summary>
[Collection(ClientsNode.Collection)]
public sealed class RemoteDockerTests(ClientsNode clients)
{
    [Fact]
    public async Task Streams_in_both_directions_go_by_tls()
    {
        var docker = clients.Remote;

        Assert.Equal(
            new DockerRun(3, "one\nafter\n", "err\n"),
            await docker.RunAsync(
                "one\n", ["run", "--rm", "-i", "box", "sh", "-c", "cat; echo err >&2; sleep 0.3; echo after; exit 3"]));
        await docker.DoAsync("run", "-d", "--name", "far", "box", "sh", "-c", "echo ready; exec sleep 600");
        Assert.Equal(new DockerRun(4, "in", ""), await docker.RunAsync(
            "in", ["exec", "-i", "far", "sh", "-c", "cat; exit 4"]));
        Assert.Equal("ready", await docker.DoAsync("logs", "far"));
        Assert.Contains("root:x:0:0", await docker.DoAsync("cp", "far:/etc/passwd", "-"), StringComparison.Ordinal);
        await docker.DoAsync("rm", "-f", "far");
    }

    [Fact]
    public async Task Who_has_no_certificate_of_the_authority_is_not_let_in()
    {
        var bare = new DockerClient(clients.Node.Daemon.Socket, ["--host", clients.Url, "--tls"]);
        var plain = new DockerClient(clients.Node.Daemon.Socket, ["--host", clients.Url]);

        foreach (var client in (DockerClient[])[bare, plain, clients.Stranger])
        {
            var run = await client.RunAsync("ps");
            Assert.NotEqual(0, run.ExitCode);
            Assert.DoesNotContain("CONTAINER ID", run.Output, StringComparison.Ordinal);
        }

        Assert.Contains(
            clients.Node.Daemon.Output,
            line => line.Contains("is not signed by this cluster's authority", StringComparison.Ordinal));
    }
}

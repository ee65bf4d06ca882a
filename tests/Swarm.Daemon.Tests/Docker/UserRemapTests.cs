using Swarm.Daemon.Tests.Services;

namespace Swarm.Daemon.Tests.Docker;

/// <summary>A node that maps the users of containers, with the <c>docker</c> command.</summary>
public sealed class UserRemapTests
{
    private const string Remap = "swarm.runtime.userns-remap=300000-365535";

    [Fact]
    public async Task Containers_are_made_built_copied_to_and_committed_as_on_any_node()
    {
        await using var node = await StartAsync();
        var docker = new DockerClient(node.Daemon.Socket);

        Assert.Contains("name=userns", await docker.DoAsync("info", "-f", "{{.SecurityOptions}}"), Word);
        await docker.DoAsync(
            "run", "-d", "--name", "web", "-p", "127.0.0.1::80", "-v", "kept:/kept", "--init",
            "--health-cmd", "test $(id -u) = 0", "--health-interval", "200ms", "box", "sh", "-c",
            "echo made > /mine; echo kept > /kept/his; while :; do echo hello | nc -l -p 80; done");

        Assert.Equal("300000", Owner(await docker.DoAsync("inspect", "-f", "{{.State.Pid}}", "web")));
        Assert.Equal("0 300000 65536", await docker.DoAsync(
            "exec", "web", "sh", "-c", "echo $(cat /proc/self/uid_map)"));
        Assert.Equal("", await docker.DoAsync("inspect", "-f", "{{.HostConfig.UsernsMode}}", "web"));
        Assert.Equal("7", await docker.DoAsync("exec", "-u", "7", "web", "id", "-u"));
        await node.UntilAsync(
            async () => await docker.DoAsync("inspect", "-f", "{{.State.Health.Status}}", "web") == "healthy",
            () => "it is not healthy");
        var port = (await docker.DoAsync("port", "web", "80")).Split(':')[^1];
        await node.UntilAsync(async () => await AskAsync(port) == "hello", () => "nobody answers");
        await CopyAsync(docker);
        await CommitAsync(docker);
        await BuildAsync(docker);

        await node.ReplaceDaemonAsync();
        await docker.DoAsync("restart", "-t", "0", "web");
        Assert.Equal("300000", Owner(await docker.DoAsync("inspect", "-f", "{{.State.Pid}}", "web")));
        Assert.Equal("0", await docker.DoAsync("exec", "web", "stat", "-c", "%u", "/kept/his"));
        await docker.DoAsync("rm", "-f", "web");
        await docker.DoAsync("volume", "rm", "kept");
    }

    [Fact]
    public async Task A_container_may_be_the_host_s_and_what_only_that_may_be_is_refused()
    {
        await using var node = await StartAsync();
        var docker = new DockerClient(node.Daemon.Socket);

        foreach (var option in (string[])["--privileged", "--network=host", "--pid=host"])
        {
            var refused = await docker.RunAsync("run", "--rm", option, "box", "true");
            Assert.Equal(125, refused.ExitCode);
            Assert.Contains("its users are mapped, and only with those of the host", refused.Errors, Word);
            await docker.DoAsync("run", "--rm", "--userns=host", option, "box", "true");
        }

        await docker.DoAsync("run", "-d", "--name", "own", "--userns=host", "box", "sleep", "600");
        Assert.Equal("0", Owner(await docker.DoAsync("inspect", "-f", "{{.State.Pid}}", "own")));
        Assert.Equal("host", await docker.DoAsync("inspect", "-f", "{{.HostConfig.UsernsMode}}", "own"));
        var service = await node.RunAsync(Composed.Sleepers(1, "userns_mode: host"));
        var running = (await docker.DoAsync("ps", "-q")).Split('\n');
        Assert.Equal(2, running.Length);
        foreach (var container in running)
            Assert.Equal("0", Owner(await docker.DoAsync("inspect", "-f", "{{.State.Pid}}", container)));
        await node.RemoveAsync(service.Spec.Name);
        await docker.DoAsync("rm", "-f", "own");
    }

    [Fact]
    public async Task A_name_without_ids_is_told_at_the_start_with_what_to_write()
    {
        await using var daemon = new DaemonProcess { Settings = ["swarm.runtime.userns-remap=root:no-such-group"] };

        var (code, errors) = await daemon.RunAsync();

        Assert.Equal(2, code);
        Assert.Contains(
            "swarm.runtime.userns-remap: there is no group no-such-group in /etc/group (--set)", errors, Word);
    }

    [Fact]
    public async Task A_host_that_cannot_map_users_is_told_why_and_can_be_left()
    {
        // The folder of this one is passed by nobody.
        await using var daemon = new DaemonProcess { Settings = [Remap] };

        var (code, errors) = await daemon.RunAsync();

        Assert.Equal(1, code);
        Assert.Contains("users of containers are mapped, and may not pass", errors, Word);
        Assert.Equal((0, ""), await daemon.RunAsync("--destroy"));
    }

    private const StringComparison Word = StringComparison.Ordinal;

    private static Task<TestNode> StartAsync()
    {
        var daemon = new DaemonProcess { Settings = [Remap] };
        // A temporary folder is passed by nobody, and mapped users have to come to the run root.
        const UnixFileMode passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(Path.GetDirectoryName(daemon.RunRoot)!, passable);
        return TestNode.StartAsync(daemon);
    }

    private static async Task CopyAsync(DockerClient docker)
    {
        using var file = new TemporaryFile("copied");
        await docker.DoAsync("cp", file.Path, "web:/copied");
        Assert.Equal("0 copied", await docker.DoAsync(
            "exec", "web", "sh", "-c", "chmod 644 /copied; echo $(stat -c %u /copied) $(cat /copied)"));
        await docker.DoAsync("cp", "web:/mine", file.Path);
        Assert.Equal("made", (await File.ReadAllTextAsync(file.Path)).Trim());
    }

    private static async Task CommitAsync(DockerClient docker)
    {
        await docker.DoAsync("commit", "web", "committed");
        Assert.Equal("0 made", await docker.DoAsync(
            "run", "--rm", "--userns=host", "committed", "sh", "-c", "echo $(stat -c %u /mine) $(cat /mine)"));
    }

    private static async Task BuildAsync(DockerClient docker)
    {
        var folder = Directory.CreateTempSubdirectory("swd-build").FullName;
        try
        {
            await File.WriteAllTextAsync(folder + "/file", "in the context");
            await File.WriteAllTextAsync(
                folder + "/Dockerfile",
                "FROM box\nCOPY --chown=5:6 file /file\nRUN cat /proc/self/uid_map > /map; chown 7:8 /map; "
                + "test $(stat -c %u:%g /file) = 5:6\n");
            await docker.DoAsync("build", "-t", "built", folder);
            Assert.Equal("300000 5:6 7:8", await docker.DoAsync(
                "run", "--rm", "built", "sh", "-c", "echo $(awk '{print $2}' /map) $(stat -c %u:%g /file /map)"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The user that a process of the host is.</summary>
    private static string Owner(string pid) => File.ReadLines($"/proc/{pid}/status")
        .First(line => line.StartsWith("Uid:", Word)).Split('\t')[1];

    private static async Task<string> AskAsync(string port)
    {
        try
        {
            using var client = new System.Net.Sockets.TcpClient();
            await client.ConnectAsync("127.0.0.1", int.Parse(port, System.Globalization.CultureInfo.InvariantCulture));
            using var reader = new StreamReader(client.GetStream());
            return await reader.ReadLineAsync() ?? "";
        }
        catch (System.Net.Sockets.SocketException)
        {
            return "";
        }
        catch (IOException)
        {
            return "";
        }
    }
}

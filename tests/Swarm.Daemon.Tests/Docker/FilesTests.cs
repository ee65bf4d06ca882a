using Swarm.Daemon.Tests.Services;

namespace Swarm.Daemon.Tests.Docker;

/// <summary>Files of containers with the <c>docker</c> command: carried in and out, compared, made an image.</summary>
public sealed class FilesTests(SharedNode shared) : IClassFixture<SharedNode>, IDisposable
{
    private readonly DockerClient _docker = new(shared.Node.Daemon.Socket);
    private readonly string _folder = Directory.CreateTempSubdirectory("swarm-cp-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Files_and_folders_are_copied_in_and_out_whether_it_runs_or_not(bool runs)
    {
        var name = $"cp-{runs}";
        await _docker.DoAsync("create", "--name", name, "box", "sleep", "600");
        if (runs) await _docker.DoAsync("start", name);
        Directory.CreateDirectory(Path.Join(_folder, "tree/deep"));
        await File.WriteAllTextAsync(Path.Join(_folder, "tree/deep/file"), "text");
        File.SetUnixFileMode(Path.Join(_folder, "tree/deep/file"), UnixFileMode.UserRead | UnixFileMode.UserExecute);

        await _docker.DoAsync("cp", Path.Join(_folder, "tree"), $"{name}:/tmp");
        await _docker.DoAsync("cp", Path.Join(_folder, "tree/deep/file"), $"{name}:/tmp/other");
        await _docker.DoAsync("cp", $"{name}:/tmp", Path.Join(_folder, "back"));

        var back = Path.Join(_folder, "back/tree/deep/file");
        Assert.Equal("text", await File.ReadAllTextAsync(back));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserExecute, File.GetUnixFileMode(back));
        Assert.Equal("text", await File.ReadAllTextAsync(Path.Join(_folder, "back/other")));
        await _docker.DoAsync("rm", "-f", name);
    }

    [Fact]
    public async Task Where_its_files_and_its_networks_are_is_told_while_they_are_there()
    {
        await _docker.DoAsync("create", "--name", "placed", "box", "sh", "-c", "echo text >/made; sleep 600");
        Assert.Equal("  ", await ShowAsync("{{.HostsPath}} {{.HostnamePath}} {{.NetworkSettings.SandboxKey}}"));
        await _docker.DoAsync("start", "placed");
        await _docker.DoAsync("exec", "placed", "sh", "-c", "until [ -s /made ]; do sleep 0.05; done");

        var address = await ShowAsync("{{.NetworkSettings.IPAddress}}");
        Assert.Contains(address, await ReadAsync("{{.HostsPath}}"), StringComparison.Ordinal);
        Assert.Equal((await ShowAsync("{{.Id}}"))[..12] + "\n", await ReadAsync("{{.HostnamePath}}"));
        Assert.True(File.Exists(Seen(await ShowAsync("{{.ResolvConfPath}}"))));
        Assert.Equal("text\n", await ReadAsync("{{.GraphDriver.Data.UpperDir}}/made"));
        Assert.Equal("text\n", await ReadAsync("{{.GraphDriver.Data.MergedDir}}/made"));
        Assert.True(Directory.Exists(Seen(await ShowAsync("{{.GraphDriver.Data.LowerDir}}"))));
        Assert.True(Directory.Exists(Seen(await ShowAsync("{{.GraphDriver.Data.WorkDir}}"))));
        using var within = _docker.Begin(
            "nsenter", "--net=" + Seen(await ShowAsync("{{.NetworkSettings.SandboxKey}}")), "ip", "-o", "address");
        Assert.Contains(address, await within.StandardOutput.ReadToEndAsync(), StringComparison.Ordinal);

        await _docker.DoAsync("stop", "-t", "0", "placed");
        Assert.Equal("", await ShowAsync("{{.NetworkSettings.SandboxKey}}{{.NetworkSettings.SandboxID}}"));
        await _docker.DoAsync("rm", "placed");

        Task<string> ShowAsync(string what) => _docker.DoAsync("inspect", "--format", what, "placed");

        async Task<string> ReadAsync(string path) => await File.ReadAllTextAsync(Seen(await ShowAsync(path)));

        // As swarmd sees it, which has mounts of its own.
        string Seen(string path) => $"/proc/{shared.Node.Daemon.Pid}/root{path}";
    }

    [Fact]
    public async Task A_tar_is_copied_through_pipes_and_a_link_is_followed_when_it_is_asked_for()
    {
        await _docker.DoAsync("run", "-d", "--name", "piped", "box", "sh", "-c",
            "echo text > /tmp/real; ln -s real /tmp/link; sleep 600");
        var tar = _docker.Begin("sh", "-c", "docker cp piped:/tmp/real - | docker cp - piped:/root");
        await tar.WaitForExitAsync();
        await _docker.DoAsync("cp", "-L", "piped:/tmp/link", Path.Join(_folder, "followed"));

        Assert.Equal("text", await _docker.DoAsync("exec", "piped", "cat", "/root/real"));
        Assert.Equal("text\n", await File.ReadAllTextAsync(Path.Join(_folder, "followed")));
        Assert.Contains(
            "Could not find the file /no/such in container",
            (await _docker.RunAsync("cp", "piped:/no/such", _folder)).Errors, StringComparison.Ordinal);
        await _docker.DoAsync("rm", "-f", "piped");
    }

    [Fact]
    public async Task Nothing_is_copied_to_where_the_container_could_not_write()
    {
        await _docker.DoAsync("run", "-d", "--name", "sealed", "--read-only", "box", "sleep", "600");
        await File.WriteAllTextAsync(Path.Join(_folder, "file"), "text");

        var refused = await _docker.RunAsync("cp", Path.Join(_folder, "file"), "sealed:/tmp");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("container rootfs is marked read-only", refused.Errors, StringComparison.Ordinal);
        await _docker.DoAsync("rm", "-f", "sealed");
    }

    [Fact]
    public async Task What_a_container_changed_is_shown_and_becomes_an_image_that_runs()
    {
        await _docker.DoAsync("run", "--name", "changing", "-e", "A=1", "--label", "l=1", "box", "sh", "-c",
            "echo new > /root/new; rm /etc/passwd; chmod 700 /tmp");
        Assert.Equal(
            "A /root/new\nC /etc\nC /root\nC /tmp\nD /etc/passwd",
            Sorted(await _docker.DoAsync("diff", "changing")));

        var id = await _docker.DoAsync(
            "commit", "-a", "me", "-m", "why", "--change", "CMD [\"cat\", \"/root/new\"]", "--change", "ENV B=2",
            "changing", "made:1");

        Assert.Matches("^sha256:[0-9a-f]{64}$", id);
        Assert.Equal("new", await _docker.DoAsync("run", "--rm", "made:1"));
        Assert.Equal("1 2", await _docker.DoAsync("run", "--rm", "made:1", "sh", "-c", "echo $A $B"));
        Assert.Equal("1 0", await _docker.DoAsync(
            "run", "--rm", "-l", "l=2", "made:1", "sh", "-c", "echo $(ls /etc/passwd 2>&1 | grep -c No) $(id -u)"));
        await _docker.DoAsync("rm", "changing");
        await _docker.DoAsync("rmi", "made:1");
    }

    [Fact]
    public async Task Sizes_are_told_when_they_are_asked_for_and_what_a_prune_gained()
    {
        await _docker.DoAsync("run", "--name", "sized", "--label", "sized", "box", "sh", "-c",
            "head -c 100000 /dev/zero > /root/big");

        Assert.Equal("100000 true", await _docker.DoAsync(
            "inspect", "-s", "-f", "{{.SizeRw}} {{gt .SizeRootFs .SizeRw}}", "sized"));
        Assert.StartsWith("100kB (virtual", await _docker.DoAsync(
            "ps", "-as", "--filter", "name=sized", "--format", "{{.Size}}"), StringComparison.Ordinal);
        Assert.EndsWith("Total reclaimed space: 100kB", await _docker.DoAsync(
            "container", "prune", "-f", "--filter", "label=sized"), StringComparison.Ordinal);
        Assert.Equal("", await _docker.DoAsync("ps", "-aq", "--filter", "name=sized"));
    }

    private static string Sorted(string lines) =>
        string.Join('\n', lines.Split('\n').Order(StringComparer.Ordinal));
}

using System.Text.Json;
using Swarm.Daemon.Tests.Services;

namespace Swarm.Daemon.Tests.Docker;

/// <summary>Volumes, mounts and disk use with the <c>docker</c> command.</summary>
public sealed class DockerVolumeTests(SharedNode shared) : IClassFixture<SharedNode>
{
    private readonly DockerClient _docker = new(shared.Node.Daemon.Socket);

    [Fact]
    public async Task A_volume_is_made_listed_shown_and_removed()
    {
        Assert.Equal("mine", await _docker.DoAsync("volume", "create", "--label", "kind=test", "mine"));
        Assert.Equal("mine", await _docker.DoAsync("volume", "create", "mine"));
        var unnamed = await _docker.DoAsync("volume", "create");
        Assert.Matches("^[0-9a-f]{64}$", unnamed);

        Assert.Equal("local mine", await _docker.DoAsync(
            "volume", "ls", "--filter", "label=kind=test", "--format", "{{.Driver}} {{.Name}}"));
        Assert.Equal("mine local local test", await _docker.DoAsync(
            "volume", "inspect", "-f", "{{.Name}} {{.Driver}} {{.Scope}} {{.Labels.kind}}", "mine"));
        var mountpoint = await _docker.DoAsync("volume", "inspect", "-f", "{{.Mountpoint}}", "mine");
        Assert.True(Directory.Exists(mountpoint), mountpoint);
        Assert.Equal($"{unnamed}\nmine", await _docker.DoAsync("volume", "rm", unnamed, "mine"));

        Assert.False(Directory.Exists(mountpoint));
        var missing = await _docker.RunAsync("volume", "inspect", "mine");
        Assert.Contains("get mine: no such volume", missing.Errors, StringComparison.Ordinal);
        Assert.Equal(0, (await _docker.RunAsync("volume", "rm", "-f", "mine")).ExitCode);
        var plugin = await _docker.RunAsync("volume", "create", "--driver", "other", "mine");
        Assert.Contains("plugin \"other\" not found", plugin.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_in_a_named_volume_outlives_containers_and_swarmd()
    {
        await _docker.DoAsync("run", "--rm", "-v", "lasting:/keep", "box", "sh", "-c", "echo kept > /keep/file");

        await shared.Node.ReplaceDaemonAsync();

        Assert.Equal("kept", await _docker.DoAsync(
            "run", "--rm", "-v", "lasting:/keep:ro", "box", "cat", "/keep/file"));
        var readOnly = await _docker.RunAsync("run", "--rm", "-v", "lasting:/keep:ro", "box", "touch", "/keep/other");
        Assert.Contains("Read-only file system", readOnly.Errors, StringComparison.Ordinal);
        await _docker.DoAsync("volume", "rm", "lasting");
    }

    [Fact]
    public async Task A_volume_in_use_is_not_removed_and_is_shown_at_its_container()
    {
        await _docker.DoAsync(
            "create", "--name", "user", "-v", "used:/u", "-v", "/tmp:/host:ro", "-v", "/own", "box", "true");
        var id = await _docker.DoAsync("inspect", "-f", "{{.Id}}", "user");

        var refused = await _docker.RunAsync("volume", "rm", "used");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains($"remove used: volume is in use - [{id}]", refused.Errors, StringComparison.Ordinal);
        Assert.Equal("user", await _docker.DoAsync("ps", "-a", "--filter", "volume=used", "--format", "{{.Names}}"));
        var mounts = JsonDocument.Parse(await _docker.DoAsync("inspect", "-f", "{{json .Mounts}}", "user")).RootElement
            .EnumerateArray().ToDictionary(mount => mount.GetProperty("Destination").GetString()!, Line);
        Assert.Equal("bind||/tmp||ro|False|rprivate", mounts["/host"]);
        Assert.Equal("volume|used||local|z|True|", mounts["/u"]);
        Assert.Matches("^volume[|][0-9a-f]{64}[|][|]local[|][|]True[|]$", mounts["/own"]);
        await _docker.DoAsync("rm", "user");
        await _docker.DoAsync("volume", "rm", "used");
    }

    [Fact]
    public async Task Volumes_without_a_name_stay_after_rm_and_go_with_rm_v_and_by_themselves()
    {
        await _docker.DoAsync("create", "--name", "stays", "-v", "/data", "box", "true");
        await _docker.DoAsync("create", "--name", "goes", "-v", "/data", "box", "true");
        var (stays, goes) = (await VolumeOfAsync("stays"), await VolumeOfAsync("goes"));
        var before = await _docker.DoAsync("volume", "ls", "-q");

        await _docker.DoAsync("run", "--rm", "-v", "/data", "box", "touch", "/data/x");
        Assert.Equal(before, await _docker.DoAsync("volume", "ls", "-q"));
        await _docker.DoAsync("rm", "stays");
        await _docker.DoAsync("rm", "-v", "goes");

        var left = (await _docker.DoAsync("volume", "ls", "-q")).Split('\n');
        Assert.Contains(stays, left);
        Assert.DoesNotContain(goes, left);
        await _docker.DoAsync("volume", "create", "named");
        Assert.Contains(stays, await _docker.DoAsync("volume", "prune", "-f"), StringComparison.Ordinal);
        Assert.Equal("named", await _docker.DoAsync("volume", "ls", "-q", "--filter", "name=named"));
        Assert.Contains("named", await _docker.DoAsync("volume", "prune", "-f", "--all"), StringComparison.Ordinal);
        Assert.Equal("", await _docker.DoAsync("volume", "ls", "-q", "--filter", "dangling=true"));
    }

    [Fact]
    public async Task A_data_container_gives_its_volumes_to_others_and_is_filled_by_cp()
    {
        await _docker.DoAsync("create", "--name", "data", "-v", "/srv/data", "box", "true");
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "copied in\n");
        await _docker.DoAsync("cp", file, "data:/srv/data/file");
        File.Delete(file);

        Assert.Equal("copied in", await _docker.DoAsync(
            "run", "--rm", "--volumes-from", "data", "box", "cat", "/srv/data/file"));
        var readOnly = await _docker.RunAsync(
            "run", "--rm", "--volumes-from", "data:ro", "box", "touch", "/srv/data/other");
        Assert.Contains("Read-only file system", readOnly.Errors, StringComparison.Ordinal);
        var missing = await _docker.RunAsync("run", "--rm", "--volumes-from", "no-such", "box", "true");
        Assert.Equal(125, missing.ExitCode);
        Assert.Contains("No such container: no-such", missing.Errors, StringComparison.Ordinal);
        await _docker.DoAsync("rm", "-v", "data");
    }

    [Fact]
    public async Task Mounts_are_given_in_the_long_way()
    {
        var folder = Directory.CreateTempSubdirectory("mounted");
        await File.WriteAllTextAsync(Path.Join(folder.FullName, "file"), "bound\n");

        Assert.Equal("bound", await _docker.DoAsync(
            "run", "--rm", "--mount", $"type=bind,source={folder.FullName},target=/b,readonly", "box", "cat",
            "/b/file"));
        Assert.Equal("65536", await _docker.DoAsync(
            "run", "--rm", "--mount", "type=tmpfs,target=/t,tmpfs-size=65536,tmpfs-mode=1770", "box", "sh", "-c",
            "expr $(stat -f -c %b /t) '*' $(stat -f -c %S /t)"));
        Assert.Equal("770", await _docker.DoAsync(
            "run", "--rm", "--tmpfs", "/t:rw,size=1m,mode=770,exec", "box", "stat", "-c", "%a", "/t"));
        await _docker.DoAsync(
            "run", "--rm", "--mount",
            "type=volume,source=long,target=/v,volume-label=a=b,volume-opt=type=tmpfs,volume-opt=device=tmpfs", "box",
            "true");
        Assert.Equal("b tmpfs", await _docker.DoAsync(
            "volume", "inspect", "-f", "{{.Labels.a}} {{.Options.type}}", "long"));
        await _docker.DoAsync("volume", "rm", "long");
        folder.Delete(recursive: true);

        var gone = await _docker.RunAsync(
            "run", "--rm", "--mount", $"type=bind,source={folder.FullName},target=/b", "box", "true");
        Assert.Equal(125, gone.ExitCode);
        Assert.Contains(
            $"invalid mount config for type \"bind\": bind source path does not exist: {folder.FullName}", gone.Errors,
            StringComparison.Ordinal);
        await _docker.DoAsync("run", "--rm", "-v", $"{folder.FullName}:/b", "box", "touch", "/b/made");
        Assert.True(File.Exists(Path.Join(folder.FullName, "made")));
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("invalid mode: sideways", "-v", "vol:/x:sideways")]
    [InlineData("invalid mode: ro,rw", "-v", "/tmp:/x:ro,rw")]
    [InlineData("mount path must be absolute", "-v", "vol:x")]
    [InlineData("destination can't be '/'", "-v", "vol:/")]
    [InlineData("Duplicate mount point: /x", "-v", "one:/x", "-v", "two:/x")]
    [InlineData("invalid tmpfs option", "--tmpfs", "/t:colour=red")]
    [InlineData("includes invalid characters for a local volume name", "-v", "in valid:/x")]
    [InlineData(
        "create 1: volume name is too short, names should be at least two alphanumeric characters", "-v", "1:/a")]
    public async Task What_cannot_be_mounted_is_refused(string why, params string[] asked)
    {
        var refused = await _docker.RunAsync(["run", "--rm", .. asked, "box", "true"]);

        Assert.Equal(125, refused.ExitCode);
        Assert.Contains(why, refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disk_use_is_measured()
    {
        await _docker.DoAsync(
            "run", "--name", "fat", "-v", "fat:/v", "box", "sh", "-c",
            "dd if=/dev/zero of=/v/a bs=1000 count=3000; dd if=/dev/zero of=/b bs=1000 count=2000");

        Assert.Equal("2MB", (await _docker.DoAsync(
            "system", "df", "-v", "--format", "{{range .Containers}}{{if eq .Names \"fat\"}}{{.Size}}{{end}}{{end}}"))
            .Split(' ')[0]);
        Assert.Equal("1 3MB", await _docker.DoAsync(
            "system", "df", "-v", "--format",
            "{{range .Volumes}}{{if eq .Name \"fat\"}}{{.Links}} {{.Size}}{{end}}{{end}}"));
        var kinds = await _docker.DoAsync("system", "df", "--format", "{{.Type}}");
        Assert.Equal("Images\nContainers\nLocal Volumes\nBuild Cache", kinds);
        await _docker.DoAsync("rm", "fat");
        Assert.Equal(
            "0 3MB", await _docker.DoAsync(
                "system", "df", "-v", "--format",
                "{{range .Volumes}}{{if eq .Name \"fat\"}}{{.Links}} {{.Size}}{{end}}{{end}}"));
        await _docker.DoAsync("volume", "rm", "fat");
    }

    private Task<string> VolumeOfAsync(string container) =>
        _docker.DoAsync("inspect", "-f", "{{range .Mounts}}{{.Name}}{{end}}", container);

    private static string Line(JsonElement mount)
    {
        return string.Join(
            '|',
            Text("Type"), Text("Name"), Text("Type") == "bind" ? Text("Source") : "", Text("Driver"), Text("Mode"),
            mount.GetProperty("RW").GetBoolean(), Text("Propagation"));

        string Text(string name) => mount.TryGetProperty(name, out var value) ? value.GetString()! : "";
    }
}

using Swarm.Daemon.Tests.Services;

namespace Swarm.Daemon.Tests.Docker;

/// <summary>The images of a host, with the <c>docker</c> command.</summary>
public sealed class ImageDayTests(SharedNode shared) : IClassFixture<SharedNode>, IDisposable
{
    private readonly DockerClient _docker = new(shared.Node.Daemon.Socket);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("swarm-images-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Saved_images_are_loaded_again_with_their_names()
    {
        var archive = Path.Combine(_folder.FullName, "saved.tar");
        await _docker.DoAsync("tag", "box", "saved/one:1");
        await _docker.DoAsync("tag", "box", "saved/two:2");
        var id = await _docker.DoAsync("image", "inspect", "-f", "{{.Id}}", "saved/one:1");
        await _docker.DoAsync("save", "-o", archive, "saved/one:1", "saved/two");
        await _docker.DoAsync("rmi", "saved/one:1", "saved/two:2");

        Assert.Equal(
            "Loaded image: saved/one:1\nLoaded image: saved/two:2",
            await _docker.DoAsync("load", "-q", "-i", archive));

        Assert.Equal(id, await _docker.DoAsync("image", "inspect", "-f", "{{.Id}}", "saved/two:2"));
        Assert.Equal("loaded", await _docker.DoAsync("run", "--rm", "saved/one:1", "echo", "loaded"));
        Assert.NotEqual(0, (await _docker.RunAsync("save", "-o", archive, "no-such-image")).ExitCode);
        await _docker.DoAsync("rmi", "saved/one:1", "saved/two:2");
    }

    [Fact]
    public async Task Names_and_images_are_removed_by_the_rules_of_docker()
    {
        await _docker.DoAsync("tag", "box", "rules:1");
        Assert.Equal("Untagged: rules:1", await _docker.DoAsync("rmi", "rules:1"));

        var id = await ImportAsync("rules", "2");
        await _docker.DoAsync("tag", "rules:2", "other:2");
        var several = await _docker.RunAsync("rmi", id);
        Assert.Contains("(must be forced) - image is referenced in multiple repositories", several.Errors,
            StringComparison.Ordinal);
        await _docker.DoAsync("rmi", "other:2");

        await _docker.DoAsync("create", "--name", "rules", "rules:2", "sh");
        var used = await _docker.RunAsync("rmi", "rules:2");
        Assert.Contains("(must force) - container ", used.Errors, StringComparison.Ordinal);
        Assert.Contains("Deleted: sha256:", await _docker.DoAsync("rmi", "-f", "rules:2"), StringComparison.Ordinal);
        await _docker.DoAsync("rm", "rules");
        Assert.NotEqual(0, (await _docker.RunAsync("image", "inspect", id)).ExitCode);
    }

    [Fact]
    public async Task Lists_are_filtered_and_what_has_no_name_is_pruned()
    {
        var id = await ImportAsync("filtered", "1");
        await _docker.DoAsync("tag", "box", "filtered:2");

        Assert.Equal("1\n2", string.Join('\n', (await _docker.DoAsync(
            "images", "--format", "{{.Tag}}", "filtered")).Split('\n').Order(StringComparer.Ordinal)));
        Assert.Equal("filtered:1", await _docker.DoAsync(
            "images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", "label=made=here"));
        await _docker.DoAsync("tag", "box", "filtered:1");
        Assert.Equal(id, await _docker.DoAsync(
            "images", "--no-trunc", "-q", "--filter", "dangling=true", "--filter", "label=made=here"));

        Assert.Contains($"deleted: {id}", await _docker.DoAsync(
            "image", "prune", "-f", "--filter", "label=made=here"), StringComparison.Ordinal);
        await _docker.DoAsync("rmi", "filtered:1", "filtered:2");
    }

    [Fact]
    public async Task How_an_image_came_to_be_and_what_happened_to_it_is_told()
    {
        var begun = Now();
        var id = await ImportAsync("told", "1");
        await _docker.DoAsync("tag", "told:1", "told:2");
        await _docker.DoAsync("rmi", "told:1", "told:2");

        var events = await _docker.DoAsync(
            "events", "--since", begun, "--until", Now(), "--filter", "type=image", "--filter", $"image={id}",
            "--format", "{{.Action}}");

        Assert.Equal("import tag untag untag delete", events.Replace('\n', ' '));
        Assert.StartsWith(
            await _docker.DoAsync("image", "inspect", "-f", "{{.Id}}", "box"),
            await _docker.DoAsync("history", "--no-trunc", "--format", "{{.ID}}", "box"), StringComparison.Ordinal);
    }

    /// <summary>As the command takes a point in time, with its fraction.</summary>
    private static string Now()
    {
        var since = TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch;
        return string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{since.Ticks / TimeSpan.TicksPerSecond}.{since.Ticks % TimeSpan.TicksPerSecond:D7}00");
    }

    /// <summary>Makes an image of its own, with the label <c>made=here</c>.</summary>
    private async Task<string> ImportAsync(string repository, string tag)
    {
        var tar = Path.Combine(_folder.FullName, $"{repository}.tar");
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "file"), repository);
        using var process = System.Diagnostics.Process.Start("tar", ["-cf", tar, "-C", _folder.FullName, "file"]);
        await process.WaitForExitAsync();
        return await _docker.DoAsync("import", "-c", "LABEL made=here", tar, $"{repository}:{tag}");
    }
}

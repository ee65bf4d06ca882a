using Swarm.Daemon.Tests.Services;

namespace Swarm.Daemon.Tests.Docker;

/// <summary><c>docker build</c>, with the classic builder that it has in itself.</summary>
public sealed class DockerBuildTests(SharedNode shared) : IClassFixture<SharedNode>, IDisposable
{
    private readonly DockerClient _docker = new(shared.Node.Daemon.Socket);
    private readonly string _folder = Directory.CreateTempSubdirectory("swarm-build-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task An_image_is_built_named_run_and_built_again_from_what_is_known()
    {
        Write("Dockerfile", "FROM box AS base\nARG WHO=nobody\nRUN echo hello $WHO > /said\n"
            + "FROM base\nCOPY d /d/\nENV X=1\nCMD [\"cat\", \"/said\", \"/d/file\"]\n");
        Write("d/file", "sent\n");
        Write("d/left", "out\n");
        Write(".dockerignore", "d/left\n");
        string[] build =
            ["build", "-t", "built", "-t", "built:two", "--build-arg", "WHO=you", "--label", "l=v w", _folder];

        var first = await _docker.DoAsync(build);
        var again = await _docker.DoAsync(build);

        Assert.Matches(
            "Successfully built [0-9a-f]{12}\nSuccessfully tagged built:latest\nSuccessfully tagged built:two$", first);
        Assert.Contains("Step 3/8 : RUN echo hello $WHO > /said\n ---> Running in ", first, StringComparison.Ordinal);
        Assert.Contains("Step 8/8 : LABEL l=v w\n", first, StringComparison.Ordinal);
        Assert.Equal(6, again.Split('\n').Count(line => line == " ---> Using cache"));
        Assert.Equal("hello you\nsent", await _docker.DoAsync("run", "--rm", "built"));
        Assert.Equal("file", await _docker.DoAsync("run", "--rm", "built:two", "ls", "/d"));
        Assert.Equal("v w", await _docker.DoAsync("image", "inspect", "-f", "{{.Config.Labels.l}}", "built"));
        var listed = await _docker.DoAsync("images", "--format", "{{.Repository}}:{{.Tag}}");
        Assert.DoesNotContain("<none>", listed, StringComparison.Ordinal);
        Assert.Contains("<none>", await _docker.DoAsync(
            "images", "-a", "--format", "{{.Repository}}:{{.Tag}}"), StringComparison.Ordinal);
        await _docker.DoAsync("rmi", "built", "built:two");
        Assert.DoesNotContain("<none>", await _docker.DoAsync(
            "images", "-a", "--format", "{{.Repository}}:{{.Tag}}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_fails_ends_the_command_with_its_code_and_says_what_failed()
    {
        var run = await _docker.RunAsync("FROM box\nRUN echo said; echo wrong >&2; exit 3\n", ["build", "-"]);

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("\nsaid\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("wrong", run.Output, StringComparison.Ordinal);
        // Newer clients say first that this builder is old.
        Assert.EndsWith(
            "The command '/bin/sh -c echo said; echo wrong >&2; exit 3' returned a non-zero code: 3\n", run.Errors,
            StringComparison.Ordinal);
        var wrong = await _docker.RunAsync("FROM box\n\nFOO bar\n", ["build", "-"]);
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains(
            "dockerfile parse error line 3: unknown instruction: FOO", wrong.Errors, StringComparison.Ordinal);
        await _docker.DoAsync("builder", "prune", "-f");
    }

    [Fact]
    public async Task A_quiet_build_of_a_stage_with_another_file_tells_its_id_only()
    {
        Write("other/File", "FROM scratch AS one\nCOPY other/File /f\nFROM no-such-image\n");
        var idFile = Path.Join(_folder, "id");

        var id = await _docker.DoAsync(
            "build", "-q", "-f", Path.Join(_folder, "other/File"), "--target", "one", "--iidfile", idFile, _folder);

        Assert.Matches("^sha256:[0-9a-f]{64}$", id);
        Assert.Equal(id, (await File.ReadAllTextAsync(idFile)).TrimEnd());
        Assert.Contains(
            "Total reclaimed space: 0B", await _docker.DoAsync("builder", "prune", "-f"), StringComparison.Ordinal);
        await _docker.DoAsync("rmi", id);
    }

    [Fact]
    public async Task A_build_whose_client_goes_away_ends_and_leaves_nothing()
    {
        Write("Dockerfile", "FROM box\nRUN echo begun; sleep 600\n");
        using var building = _docker.Begin("docker", "build", _folder);
        while (await building.StandardOutput.ReadLineAsync() is { } line && line != "begun")
        {
        }

        Assert.Matches("^[0-9a-f]{12}$", await _docker.DoAsync("ps", "-q"));

        building.Kill();
        await building.WaitForExitAsync();

        var left = "";
        await shared.Node.UntilAsync(
            async () => (left = await _docker.DoAsync("ps", "-aq")).Length == 0, () => $"{left} is left of the build");
    }

    private void Write(string name, string content)
    {
        var path = Path.Join(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}

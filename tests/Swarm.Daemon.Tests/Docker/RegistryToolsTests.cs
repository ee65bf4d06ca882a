using System.Security.Cryptography;

namespace Swarm.Daemon.Tests.Docker;

/// <summary>Docker's own daemon, podman and skopeo at a node's registry, over TLS and with passwords: what one of them
/// pushes the others pull byte for byte.</summary>
public sealed class RegistryToolsTests(LockedRegistry registry) : IClassFixture<LockedRegistry>
{
    private string[] Podman =>
    [
        "--root", registry.PathOf("podman"), "--runroot", registry.PathOf("podman-run"),
        "--storage-driver", "vfs", "--events-backend", "none",
    ];

    [Fact]
    public async Task What_docker_pushes_the_others_pull_and_push_again_and_it_runs_here()
    {
        var (name, again) = ($"{registry.Host}/day/docker:1", $"{registry.Host}/day/podman:1");
        await registry.Docker.DoAsync("tag", "box", name);
        Assert.NotEqual(0, (await registry.Docker.RunAsync("push", name)).ExitCode);
        Assert.NotEqual(
            0, (await registry.Docker.RunAsync("login", "-u", "ann", "-p", "wrong", registry.Host)).ExitCode);
        await registry.Docker.DoAsync("login", "-u", "ann", "-p", "secret", registry.Host);
        var pushed = await registry.Docker.DoAsync("push", name);

        await CopyAsync(name, "pushed");
        var digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(ManifestIn("pushed")))}";
        Assert.Contains(digest, pushed, StringComparison.Ordinal);
        await PodmanAsync("pull", "--quiet", "--creds", "bob:secret", name);
        await PodmanAsync("push", "--quiet", "--creds", "ann:secret", name, again);
        await CopyAsync(again, "again");
        Assert.Equal(LayerSums("pushed"), LayerSums("again"));

        await registry.Docker.DoAsync("rmi", name);
        await registry.Docker.DoAsync("pull", $"{registry.Host}/day/docker@{digest}");
        await registry.Docker.DoAsync("pull", again);
        Assert.Equal("here", await registry.Node.DoAsync("run", "--rm", "--network", "none", "day/docker:1",
            "/bin/echo", "here"));
        Assert.Contains("Layer already exists", await PushedAgainAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_only_pull_pushes_and_deletes_nothing()
    {
        var name = $"{registry.Host}/read/box:1";
        await registry.Docker.DoAsync("login", "-u", "ann", "-p", "secret", registry.Host);
        await registry.Docker.DoAsync("tag", "box", name);
        await registry.Docker.DoAsync("push", name);

        await registry.Docker.DoAsync("login", "-u", "bob", "-p", "secret", registry.Host);
        await registry.Docker.DoAsync("pull", name);
        var push = await registry.Docker.RunAsync("push", name);
        var delete = await Assert.ThrowsAnyAsync<Exception>(() => SkopeoAsync(
            "delete", "--creds", "bob:secret", "--cert-dir", registry.Authority, $"docker://{name}"));

        Assert.Equal(1, push.ExitCode);
        Assert.Contains("denied", push.Errors, StringComparison.Ordinal);
        Assert.Contains("skopeo", delete.Message, StringComparison.Ordinal);
        await SkopeoAsync("delete", "--creds", "ann:secret", "--cert-dir", registry.Authority, $"docker://{name}");
        Assert.NotEqual(0, (await registry.Docker.RunAsync("pull", name)).ExitCode);
    }

    [Fact]
    public async Task A_list_for_two_platforms_comes_back_whole_and_docker_pulls_either_of_it()
    {
        var layout = new TwoPlatforms(registry.PathOf("both"));
        var (list, name) = (layout.Write(), $"{registry.Host}/day/both");
        await SkopeoAsync(
            "copy", "--all", "--quiet", "--dest-creds", "ann:secret", "--dest-cert-dir", registry.Authority,
            $"oci:{registry.PathOf("both")}:{TwoPlatforms.Tag}", $"docker://{name}:1");
        await SkopeoAsync(
            "copy", "--all", "--quiet", "--src-creds", "bob:secret", "--src-cert-dir", registry.Authority,
            $"docker://{name}:1", $"oci:{registry.PathOf("back")}:{TwoPlatforms.Tag}");
        Assert.Equal(Blobs("both"), Blobs("back"));

        await registry.Docker.DoAsync("login", "-u", "bob", "-p", "secret", registry.Host);
        foreach (var architecture in new[] { "arm64", "amd64" })
        {
            await registry.Docker.DoAsync("pull", "--platform", $"linux/{architecture}", $"{name}@{list}");
            Assert.Equal(architecture, await registry.Docker.DoAsync(
                "image", "inspect", "-f", "{{.Architecture}}", $"{name}@{list}"));
            await registry.Docker.DoAsync("rmi", $"{name}@{list}"); // docker gives a digest to one image alone
        }

        var shown = await registry.Docker.DoAsync("manifest", "inspect", "--insecure", $"{name}:1");
        Assert.Contains("\"architecture\": \"arm64\"", shown, StringComparison.Ordinal);
    }

    private async Task<string> PushedAgainAsync()
    {
        await registry.Docker.DoAsync("tag", "box", $"{registry.Host}/day/docker:2");
        return await registry.Docker.DoAsync("push", $"{registry.Host}/day/docker:2");
    }

    private Task<string> CopyAsync(string name, string folder) => SkopeoAsync(
        "copy", "--quiet", "--src-creds", "bob:secret", "--src-cert-dir", registry.Authority, $"docker://{name}",
        $"dir:{registry.PathOf(folder)}");

    private static Task<string> SkopeoAsync(params string[] arguments) =>
        RegistryNode.DoAsync("skopeo", ["--insecure-policy", .. arguments]);

    private Task<string> PodmanAsync(string what, params string[] arguments) => RegistryNode.DoAsync(
        "podman", [.. Podman, what, "--cert-dir", registry.Authority, .. arguments]);

    private byte[] ManifestIn(string folder) => File.ReadAllBytes(registry.PathOf($"{folder}/manifest.json"));

    // Each file is called by the digest of what it should hold.
    private string[] LayerSums(string folder)
    {
        var files = Directory.GetFiles(registry.PathOf(folder)).Where(path => Path.GetFileName(path).Length == 64)
            .Order().ToArray();
        Assert.All(files, file => Assert.Equal(
            Path.GetFileName(file), Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))));
        return [.. files.Select(file => Path.GetFileName(file))];
    }

    private string[] Blobs(string folder) =>
    [
        .. Directory.GetFiles(registry.PathOf($"{folder}/blobs/sha256")).Order().Select(
            path => $"{Path.GetFileName(path)} {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))}"),
    ];
}

using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Swarm.Daemon.Tests.Docker;

/// <summary>The registry that a node is, with the tools that people have.</summary>
public sealed class NodeRegistryTests(RegistryNode registry) : IClassFixture<RegistryNode>
{
    private readonly DockerClient _docker = new(registry.Node.Daemon.Socket);

    private static string[] Skopeo(params string[] arguments) => ["--insecure-policy", .. arguments];

    [Fact]
    public async Task What_skopeo_pushes_runs_here_and_comes_back_byte_for_byte()
    {
        await SaveBoxAsync("in");
        var place = $"docker://{registry.Host}/tools/box:1";

        await RegistryNode.DoAsync("skopeo", Skopeo(
            "copy", "--dest-tls-verify=false", $"oci:{registry.PathOf("in")}:box", place));
        await RegistryNode.DoAsync("skopeo", Skopeo(
            "copy", "--src-tls-verify=false", place, $"oci:{registry.PathOf("out")}:box"));

        Assert.Equal(Digests("in"), Digests("out"));
        Assert.Equal("pushed", await _docker.DoAsync("run", "--rm", "tools/box:1", "echo", "pushed"));
        var listed = JsonNode.Parse(await RegistryNode.DoAsync(
            "skopeo", "list-tags", "--tls-verify=false", $"docker://{registry.Host}/tools/box"))!;
        Assert.Equal("1", (string)listed["Tags"]!.AsArray().Single()!);
        await RegistryNode.DoAsync("skopeo", "delete", "--tls-verify=false", place);
        Assert.Equal(1, (await _docker.RunAsync("image", "inspect", "tools/box:1")).ExitCode);
    }

    [Fact]
    public async Task What_docker_pushes_to_a_node_podman_pulls_and_pushes_again()
    {
        await _docker.DoAsync("tag", "box", $"{registry.Host}/day/docker:1");
        Assert.Contains(
            "1: digest: sha256:", await _docker.DoAsync("push", $"{registry.Host}/day/docker:1"),
            StringComparison.Ordinal);
        string[] podman =
        [
            "--root", registry.PathOf("podman"), "--runroot", registry.PathOf("podman-run"),
            "--storage-driver", "vfs", "--events-backend", "none",
        ];

        await RegistryNode.DoAsync(
            "podman", [.. podman, "pull", "--quiet", "--tls-verify=false", $"{registry.Host}/day/docker:1"]);
        await RegistryNode.DoAsync(
            "podman",
            [
                .. podman, "push", "--quiet", "--tls-verify=false", $"{registry.Host}/day/docker:1",
                $"{registry.Host}/day/podman:1",
            ]);

        Assert.Equal("again", await _docker.DoAsync("run", "--rm", "day/podman:1", "echo", "again"));
        await _docker.DoAsync("pull", $"{registry.Host}/day/podman:1");
    }

    [Fact]
    public async Task A_push_goes_on_after_the_node_was_killed_in_the_middle()
    {
        var content = RandomNumberGenerator.GetBytes(3_000_000);
        var digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";
        string place;
        using (var client = ClientOf())
        {
            using var begun = await client.PostAsync("/v2/cut/blobs/uploads/", null);
            place = begun.Headers.Location!.OriginalString;
            using var half = await client.PatchAsync(place, new ByteArrayContent(content, 0, 2_000_000));
            Assert.Equal(202, (int)half.StatusCode);
        }

        await registry.Node.ReplaceDaemonAsync();

        using var again = ClientOf();
        using var status = await again.GetAsync(place);
        Assert.Equal("0-1999999", status.Headers.NonValidated["Range"].ToString());
        using var end = await again.PutAsync(
            $"{place}?digest={digest}", new ByteArrayContent(content, 2_000_000, 1_000_000));
        Assert.Equal(201, (int)end.StatusCode);
        await registry.Node.ReplaceDaemonAsync();
        using var last = ClientOf();
        Assert.Equal(content, await last.GetByteArrayAsync($"/v2/cut/blobs/{digest}"));
    }

    [Fact]
    public async Task What_was_brought_through_a_node_is_had_without_its_registry()
    {
        var name = $"{registry.Origin.Host}/far/box:1";
        await _docker.DoAsync("tag", "box", name);
        await _docker.DoAsync("push", name);
        await _docker.DoAsync("rmi", name);
        var path = $"/v2/far/box/manifests/1?ns={registry.Origin.Host}";
        using var client = ClientOf();

        using var first = await client.GetAsync(path);
        await _docker.DoAsync("run", "--rm", name, "true");
        await registry.Origin.StopAsync();
        using var second = await client.GetAsync(path);
        using var unknown = await client.GetAsync(path.Replace("box", "none", StringComparison.Ordinal));

        Assert.Equal((200, 200, 404), ((int)first.StatusCode, (int)second.StatusCode, (int)unknown.StatusCode));
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        var layer = (string)JsonNode.Parse(await second.Content.ReadAsStringAsync())!["layers"]![0]!["digest"]!;
        var bytes = await client.GetByteArrayAsync($"/v2/far/box/blobs/{layer}?ns={registry.Origin.Host}");
        Assert.Equal(layer, $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}");
    }

    [Fact]
    public async Task The_figures_of_a_node_are_read()
    {
        using var client = ClientOf();
        await client.GetStringAsync("/v2/");

        var figures = await client.GetStringAsync("/metrics");

        Assert.Matches("(?m)^swarm_images\\S* [1-9]", figures);
        Assert.Matches("(?m)^swarm_containers\\S*state=\"running\"\\S* 0", figures);
        Assert.Matches("(?m)^swarm_store_size_bytes\\S*kind=\"blobs\"\\S* [1-9]", figures);
        Assert.Matches("(?m)^swarm_cluster_members\\S*state=\"reachable\"\\S* 1", figures);
        Assert.Matches("(?m)^swarm_registry_requests_total\\S*kind=\"root\"\\S* [1-9]", figures);
        Assert.Matches("(?m)^dotnet_process_memory_working_set_bytes\\S* [1-9]", figures);
    }

    private HttpClient ClientOf() => new() { BaseAddress = new Uri($"http://{registry.Host}") };

    // The box of the node, as a layout of compressed layers.
    private async Task SaveBoxAsync(string folder)
    {
        var archive = registry.PathOf(folder + ".tar");
        await _docker.DoAsync("save", "-o", archive, "box");
        await RegistryNode.DoAsync("skopeo", Skopeo(
            "copy", $"docker-archive:{archive}", $"oci:{registry.PathOf(folder)}:box"));
    }

    private string[] Digests(string folder) =>
    [
        .. Directory.GetFiles(registry.PathOf($"{folder}/blobs/sha256")).Select(path => Path.GetFileName(path)).Order(),
    ];
}

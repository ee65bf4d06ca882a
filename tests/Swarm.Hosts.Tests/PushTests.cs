using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Swarm.Core;
using Swarm.Hosts.Images;
using Swarm.Hosts.Machines;
using Swarm.Hosts.Nodes;
using Swarm.Hosts.Services;

namespace Swarm.Hosts.Tests;

/// <summary>Images that others' tools push to hosts, and what comes from a registry that goes away.</summary>
[Collection(ThreeHosts.Name)]
[Trait("Length", "long")]
public sealed class PushTests(ThreeHosts shared)
{
    private const string OneOnEach = "placement: { max_replicas_per_node: 1 }";
    private const int HttpPort = 4001;
    private const int OriginPort = 5000;

    private readonly SwarmHosts _hosts = shared.Hosts;

    [Fact]
    public Task An_image_that_two_clients_push_to_two_hosts_at_the_same_time_runs_on_all() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            var image = new LargeImage("pushed", mebibytes: 20);
            var certificates = Certificates(scenario);

            await Task.WhenAll(
                PushAsync(scenario, image, _hosts[1], certificates),
                PushAsync(scenario, image, _hosts[2], certificates));

            var web = await scenario.RunAsync(Composed.OfImage("pushed", Composed.Sleepers("web", 3, OneOnEach)));
            Assert.Equal(3, scenario.Living().Select(one => one.Host).Distinct().Count());
            Assert.Single(await DigestsAsync("pushed", certificates));
            await RemoveAsync(scenario, web, image);
        });

    [Fact]
    public Task Of_two_images_that_are_pushed_by_one_name_at_the_same_time_all_hosts_run_and_give_the_same() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            LargeImage[] images = [new("rivals", mebibytes: 5), new("rivals", mebibytes: 5)];
            var certificates = Certificates(scenario);

            await Task.WhenAll(
                PushAsync(scenario, images[0], _hosts[1], certificates),
                PushAsync(scenario, images[1], _hosts[2], certificates));

            var web = await scenario.RunAsync(Composed.OfImage("rivals", Composed.Sleepers("web", 3, OneOnEach)));
            Assert.Single(scenario.Living().Select(SumOf).Distinct());
            Assert.Equal(3, scenario.Living().Select(one => one.Host).Distinct().Count());
            Assert.Single(await DigestsAsync("rivals", certificates));
            await RemoveAsync(scenario, web, images);
        });

    [Fact]
    public Task What_one_host_has_pulled_runs_by_its_name_on_others_when_its_registry_is_gone() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            var name = $"{_hosts[3].Address}:{OriginPort}/far";
            var image = new LargeImage(name, mebibytes: 20);
            using var origin = await OriginAsync(scenario, _hosts[3]);
            await CopyAsync(scenario, image, "--dest-tls-verify=false", $"docker://{name}:latest");
            await DockerAsync(_hosts[1], "pull", name);

            origin.Kill(entireProcessTree: true);
            await Until.TrueAsync(
                async () => !await AnswersAsync(_hosts[3]), () => "the registry is there still");

            Assert.Equal("here\n", await DockerAsync(_hosts[2], "run", "--rm", name, "echo", "here"));
            var web = await scenario.RunAsync(Composed.OfImage(name, Composed.Sleepers("web", 3, OneOnEach)));
            Assert.Equal(3, scenario.Living().Select(one => one.Host).Distinct().Count());
            await RemoveAsync(scenario, web, image);
        });

    private async Task RemoveAsync(Scenario scenario, ServiceName service, params LargeImage[] images)
    {
        await scenario.Ledger.RemoveAsync(service);
        await Until.TrueAsync(() => scenario.Living().Count == 0, () => $"{scenario.Living().Count} live");
        foreach (var image in images) await image.RemoveAsync(_hosts);
    }

    /// <summary>What a client with a certificate of the cluster shows to its hosts, as skopeo looks for it.</summary>
    private string Certificates(Scenario scenario)
    {
        var (tls, folder) = (_hosts[1].ClientTls, Directory.CreateDirectory($"{scenario.Folder}/certs").FullName);
        File.Copy(tls.Authority, $"{folder}/ca.crt");
        File.Copy(tls.Certificate, $"{folder}/client.cert");
        File.Copy(tls.Key, $"{folder}/client.key");
        return folder;
    }

    private static Task PushAsync(Scenario scenario, LargeImage image, SwarmHost host, string certificates) =>
        CopyAsync(
            scenario, image, "--dest-no-creds", "--dest-cert-dir", certificates,
            $"docker://{host.Address}:{HttpPort}/{image.Name}:latest");

    /// <param name="to">The last one is the place.</param>
    private static async Task CopyAsync(Scenario scenario, LargeImage image, params string[] to)
    {
        var archive = $"{scenario.Folder}/{Guid.NewGuid():N}.tar";
        await using (var file = File.Create(archive)) await image.Open().CopyToAsync(file);
        await Command.RunAsync(
            "skopeo", ["--insecure-policy", "copy", .. to[..^1], $"docker-archive:{archive}", to[^1]]);
    }

    /// <summary>What a name means, as each host says.</summary>
    private async Task<IEnumerable<string>> DigestsAsync(string name, string certificates)
    {
        var digests = await Task.WhenAll(_hosts.All.Select(host => Command.RunAsync(
            "skopeo", "inspect", "--no-creds", "--cert-dir", certificates, "--format", "{{.Digest}}",
            $"docker://{host.Address}:{HttpPort}/{name}:latest")));
        return digests.Distinct();
    }

    private static string SumOf(LivingContainer container)
    {
        using var large = File.OpenRead($"/proc/{container.Pid}/root/large");
        return Convert.ToHexString(SHA256.HashData(large));
    }

    /// <summary>Starts Debian's registry on a host.</summary>
    private static async Task<Process> OriginAsync(Scenario scenario, SwarmHost host)
    {
        var settings = $"{scenario.Folder}/registry.yml"; // JSON is YAML, too
        await File.WriteAllTextAsync(settings, JsonSerializer.Serialize(new
        {
            version = 0.1,
            log = new { level = "error", accesslog = new { disabled = true } },
            storage = new { filesystem = new { rootdirectory = $"{scenario.Folder}/registry" } },
            http = new { addr = $"{host.Address}:{OriginPort}" },
        }));
        var origin = host.Launch("docker-registry", "serve", settings);
        await Until.TrueAsync(() => AnswersAsync(host), () => "docker-registry does not answer");
        return origin;
    }

    private static async Task<bool> AnswersAsync(SwarmHost host)
    {
        using var client = new HttpClient();
        try
        {
            using var answer = await client.GetAsync(new Uri($"http://{host.Address}:{OriginPort}/v2/"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static Task<string> DockerAsync(SwarmHost host, params string[] arguments) =>
        host.RunAsync(["docker", "-H", "unix:///run/swarm/swarm.sock", .. arguments]);
}

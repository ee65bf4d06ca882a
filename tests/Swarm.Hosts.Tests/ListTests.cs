using System.Text;
using Swarm.Core;
using Swarm.Hosts.Images;
using Swarm.Hosts.Machines;
using Swarm.Hosts.Nodes;
using Swarm.Hosts.Services;

namespace Swarm.Hosts.Tests;

/// <summary>Lists of manifests that a builder pushes to one host, and that the others give.</summary>
[Collection(ThreeHosts.Name)]
[Trait("Length", "long")]
public sealed class ListTests(ThreeHosts shared)
{
    private const int HttpPort = 4001;

    private readonly SwarmHosts _hosts = shared.Hosts;

    [Fact]
    public Task A_list_that_was_pushed_to_one_host_is_given_by_all_with_what_it_lists_and_runs_by_its_digest() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            var image = new ListedImage("listed", copies: 1);
            var certificates = Certificates(scenario);
            await PushAsync(scenario, image, certificates);

            foreach (var reference in (string[])[$"{image.Name}:latest", image.ByDigest])
            {
                foreach (var host in _hosts.All)
                    Assert.Equal(image.List, await GetAsync(host, reference, certificates));
            }

            await Command.RunAsync(
                "skopeo", "--insecure-policy", "copy", "--all", "--preserve-digests", "--src-no-creds",
                "--src-cert-dir", certificates,
                $"docker://{_hosts[2].Address}:{HttpPort}/{image.ByDigest}", $"oci:{scenario.Folder}/out:out");
            Assert.True(File.Exists($"{scenario.Folder}/out/blobs/sha256/{image.ForeignLayerHex}"));
            Assert.Equal("here\n", await DockerAsync(_hosts[3], "run", "--rm", image.ByDigest, "echo", "here"));
            var web = await scenario.RunAsync(Composed.OfImage(
                image.ByDigest, Composed.Sleepers("web", 3, "placement: { max_replicas_per_node: 1 }")));
            Assert.Equal(3, scenario.Living().Select(one => one.Host).Distinct().Count());
            await RemoveAsync(scenario, web, image);
        });

    [Fact]
    public Task The_loss_of_the_host_that_a_list_was_pushed_to_loses_neither_its_tag_nor_its_digest() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            var image = new ListedImage("listed-copy", copies: 2);
            var certificates = Certificates(scenario);
            await PushAsync(scenario, image, certificates);
            await Until.TrueAsync(
                () => _hosts.Others(_hosts[1]).Any(image.IsOn), () => "the list is on no other host");
            var third = _hosts.Others(_hosts[1]).Single(host => !image.IsOn(host));
            await Until.TrueAsync(
                () => _hosts.Others(_hosts[1], third).Single().LastSaid("was copied here") is not null,
                () => "nothing of a copy is in the log");

            await _hosts[1].PowerOffAsync();
            foreach (var host in _hosts.Others(_hosts[1]))
            {
                Assert.Equal(image.List, await GetAsync(host, image.ByDigest, certificates));
                // What tags mean may have been the lost host's to say, and is another's when it is known to be lost.
                byte[]? byTag = null;
                await Until.TrueAsync(
                    async () => (byTag = await TryGetAsync(host, $"{image.Name}:latest", certificates)) is not null,
                    () => $"{host.Name} does not give {image.Name}: {host.LogEnd()}");
                Assert.Equal(image.List, byTag);
            }

            Assert.Equal("here\n", await DockerAsync(third, "run", "--rm", image.ByDigest, "echo", "here"));
            await _hosts[1].StartAsync();
            await _hosts[1].ReadyAsync();
            await _hosts.UntilAllReachableAsync();
            await image.RemoveAsync(_hosts);
        });

    private async Task RemoveAsync(Scenario scenario, ServiceName service, ListedImage image)
    {
        await scenario.Ledger.RemoveAsync(service);
        await Until.TrueAsync(() => scenario.Living().Count == 0, () => $"{scenario.Living().Count} live");
        await image.RemoveAsync(_hosts);
    }

    private async Task PushAsync(Scenario scenario, ListedImage image, string certificates)
    {
        var folder = $"{scenario.Folder}/{image.Name}";
        await image.WriteAsync(folder);
        await Command.RunAsync(
            "skopeo", "--insecure-policy", "copy", "--all", "--preserve-digests", "--dest-no-creds",
            "--dest-cert-dir", certificates, $"oci:{folder}:{image.Name}",
            $"docker://{_hosts[1].Address}:{HttpPort}/{image.Name}:latest");
    }

    /// <summary>What a host gives by a tag or a digest, byte for byte.</summary>
    private static async Task<byte[]> GetAsync(SwarmHost host, string reference, string certificates) =>
        Encoding.UTF8.GetBytes(await Command.RunAsync(
            "skopeo", "inspect", "--raw", "--no-creds", "--cert-dir", certificates,
            $"docker://{host.Address}:{HttpPort}/{reference}"));

    /// <returns>Null while it is not given.</returns>
    private static async Task<byte[]?> TryGetAsync(SwarmHost host, string reference, string certificates)
    {
        try
        {
            return await GetAsync(host, reference, certificates);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
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

    private static Task<string> DockerAsync(SwarmHost host, params string[] arguments) =>
        host.RunAsync(["docker", "-H", "unix:///run/swarm/swarm.sock", .. arguments]);
}

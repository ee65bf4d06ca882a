using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Hosts;
using Swarm.Hosts.Nodes;
using Swarm.Images;

namespace Swarm.Benchmarks;

/// <summary>An image of 200 MB comes from one host to another, in turn with skopeo, which copies the same blobs from
/// Debian's registry on the loopback of a third.</summary>
/// <remarks>Both begin with blobs that have just been written, and end when all that came is on the disk. The time
/// of processors is that of both ends.</remarks>
internal static class ImageFetching
{
    private const string Registry = "127.0.0.1:5000";
    private const string Megabytes = "200 MB in 4 layers of 500 files";

    /// <summary>5, or SWARM_BENCH_RUNS.</summary>
    private static int Runs => int.Parse(
        Environment.GetEnvironmentVariable("SWARM_BENCH_RUNS") ?? "5", CultureInfo.InvariantCulture);

    public static async Task<IReadOnlyList<Measure>> RunAsync()
    {
        var pulled = new Way($"{Megabytes}, from one host to another, checked and unpacked");
        var copied = new Way("the same from docker-registry on loopback, skopeo copy to oci:");
        var stored = new Way("the same, skopeo copy to containers-storage: (overlay), unpacked");
        var rate = new Measure("loaded from an archive into a store, checked and unpacked, MB/s", "");
        await using var hosts = await SwarmHosts.StartAsync(new HostsOptions
        {
            Count = 2,
            Daemon = [Path.Combine(Repository.Published, "swarmd.folder", "swarmd")],
            Settings = "swarm.images.copies = 1\nswarm.cluster.heartbeat-pause = 20s",
        });
        var other = hosts.Add();
        await other.PowerOnAsync();
        using var registry = await StartRegistryAsync(other);
        WriteCertificates(hosts);
        for (var run = 0; run < Runs; run++)
        {
            var image = await LayeredImage.WriteAsync(other.Folder, $"fetched{run}");
            await SpreadAsync(image, hosts[1], other);
            await pulled.MeasureAsync([hosts[1], hosts[2]], () => DockerPullAsync(hosts[2], image));
            await copied.MeasureAsync([other], () => CopyAsync(other, image, $"oci:{Folder(other)}:{image.Name}"));
            await stored.MeasureAsync([other], () => CopyAsync(
                other, image, $"containers-storage:[overlay@{Folder(other)}+{other.Folder}/run]{image.Name}"));
            rate.Add(LayeredImage.Bytes / 1e6 / (await LoadAsync(image, $"{other.Folder}/store{run}")).TotalSeconds);
            File.Delete(image.Archive);
        }

        registry.Kill(entireProcessTree: true);
        return [.. new[] { pulled, copied, stored }.SelectMany(way => way.Measures), rate];
    }

    /// <summary>To the registry, and from there to the host, so that both have the same blobs.</summary>
    private static async Task SpreadAsync(LayeredImage image, SwarmHost host, SwarmHost other)
    {
        await other.RunAsync(
            "skopeo", "--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false",
            $"docker-archive:{image.Archive}", $"docker://{Registry}/{image.Name}:latest");
        await other.RunAsync(
            "skopeo", "--insecure-policy", "copy", "--quiet", "--src-tls-verify=false", "--dest-no-creds",
            "--dest-cert-dir", $"{other.Folder}/certs", $"docker://{Registry}/{image.Name}:latest",
            $"docker://{host.Address}:4001/{image.Name}:latest");
    }

    private static async Task DockerPullAsync(SwarmHost host, LayeredImage image) =>
        await host.RunAsync("docker", "-H", "unix:///run/swarm/swarm.sock", "pull", "--quiet", image.Name);

    private static async Task CopyAsync(SwarmHost host, LayeredImage image, string destination) => await host.RunAsync(
        "sh", "-c", "skopeo --insecure-policy copy --quiet --src-tls-verify=false \"$0\" \"$1\" && sync -f \"$2\"",
        $"docker://{Registry}/{image.Name}:latest", destination, host.Folder);

    // Of a name that no run has had.
    private static string Folder(SwarmHost host) => $"{host.Folder}/{Guid.NewGuid():N}";

    private static async Task<TimeSpan> LoadAsync(LayeredImage image, string folder)
    {
        using var store = new ImageStore(
            new ImageStoreOptions { Root = folder }, TimeProvider.System, NullLogger<ImageStore>.Instance);
        await using var archive = File.OpenRead(image.Archive);
        var since = Stopwatch.GetTimestamp();
        await store.LoadAsync(archive, CancellationToken.None);
        return Stopwatch.GetElapsedTime(since);
    }

    private static async Task<Process> StartRegistryAsync(SwarmHost host)
    {
        var settings = $"{host.Folder}/registry.yml"; // JSON is YAML, too
        await File.WriteAllTextAsync(settings, JsonSerializer.Serialize(new
        {
            version = 0.1,
            log = new { level = "error", accesslog = new { disabled = true } },
            storage = new { filesystem = new { rootdirectory = $"{host.Folder}/registry" } },
            http = new { addr = Registry },
        }));
        var registry = host.Launch("docker-registry", "serve", settings);
        await host.RunAsync(
            "bash", "-c", "until (: </dev/tcp/${0/://}) 2>/dev/null; do sleep 0.1; done", Registry);
        return registry;
    }

    // As skopeo looks for what it shows to a host.
    private static void WriteCertificates(SwarmHosts hosts)
    {
        var (tls, folder) = (hosts[1].ClientTls, Directory.CreateDirectory($"{hosts[3].Folder}/certs").FullName);
        File.Copy(tls.Authority, $"{folder}/ca.crt");
        File.Copy(tls.Certificate, $"{folder}/client.cert");
        File.Copy(tls.Key, $"{folder}/client.key");
    }

    private sealed class Way(string name)
    {
        private readonly Measure _elapsed = new($"{name}, s", "");
        private readonly Measure _processor = new("processor s of both ends for that", "");

        public IEnumerable<Measure> Measures => [_elapsed, _processor];

        public async Task MeasureAsync(IReadOnlyList<SwarmHost> ends, Func<Task> move)
        {
            // What was done before is not counted.
            using (var sync = Process.Start("sync")) await sync.WaitForExitAsync();
            var worked = ProcessorTime(ends);
            var since = Stopwatch.GetTimestamp();
            await move();
            _elapsed.Add(Stopwatch.GetElapsedTime(since).TotalSeconds);
            _processor.Add((ProcessorTime(ends) - worked).TotalSeconds);
        }

        private static TimeSpan ProcessorTime(IEnumerable<SwarmHost> hosts) =>
            hosts.Aggregate(TimeSpan.Zero, (sum, host) => sum + host.ProcessorTime);
    }
}

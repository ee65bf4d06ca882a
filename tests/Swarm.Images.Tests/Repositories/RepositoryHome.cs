using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Repositories;

namespace Swarm.Images.Tests.Repositories;

/// <summary>A store for one test with the repositories in it, which may die and come back, and a clock.</summary>
internal sealed class RepositoryHome : IDisposable
{
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";

    public RepositoryHome()
    {
        Time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        Home = new StoreHome(Time);
        Registry = Open();
    }

    public static ImageReference Web { get; } = ImageReference.Parse("web");

    public FakeTimeProvider Time { get; }

    public StoreHome Home { get; }

    public ImageStore Store => Home.Store;

    public NodeRegistry Registry { get; private set; }

    /// <summary>What a process leaves that is killed: nothing is said goodbye to.</summary>
    public void DieAndComeBack()
    {
        Home.Reopen();
        Registry = Open();
    }

    public async Task<Digest> PushBlobAsync(byte[] content, ImageReference? repository = null)
    {
        var upload = Registry.BeginUpload(repository ?? Web);
        await Registry.FinishAsync(
            repository ?? Web, upload.Id, null, new MemoryStream(content), Digest.Of(content), default);
        return Digest.Of(content);
    }

    /// <summary>Pushes an image of one layer with one file.</summary>
    public async Task<PushedManifest> PushImageAsync(string tag, string content, ImageReference? repository = null)
    {
        var layer = new TarBuilder().File("word", content).Build();
        var config = JsonSerializer.SerializeToUtf8Bytes(new
        {
            architecture = Manifests.ImagePlatform.Host.Architecture,
            os = "linux",
            rootfs = new { type = "layers", diff_ids = new[] { Digest.Of(layer).Value } },
        });
        return await PushAsync(
            tag, "application/vnd.oci.image.config.v1+json", config, "application/vnd.oci.image.layer.v1.tar", layer,
            repository);
    }

    /// <summary>Pushes something that is no image.</summary>
    public Task<PushedManifest> PushChartAsync(string tag, string content) => PushAsync(
        tag, "application/chart.config", "{}"u8.ToArray(), "application/chart", TarBuilder.Bytes(content), null);

    public void Dispose() => Home.Dispose();

    private async Task<PushedManifest> PushAsync(
        string tag, string configType, byte[] config, string layerType, byte[] layer, ImageReference? repository)
    {
        await PushBlobAsync(config, repository);
        await PushBlobAsync(layer, repository);
        var manifest = JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            config = new { mediaType = configType, digest = Digest.Of(config).Value, size = config.Length },
            layers = new[] { new { mediaType = layerType, digest = Digest.Of(layer).Value, size = layer.Length } },
        });
        return await Registry.PutManifestAsync(repository ?? Web, tag, [], ManifestType, manifest, default);
    }

    private NodeRegistry Open() => new(
        Store, new NodeRegistryOptions { DiskReserve = Bytes.Zero }, Time, NullLogger<NodeRegistry>.Instance);
}

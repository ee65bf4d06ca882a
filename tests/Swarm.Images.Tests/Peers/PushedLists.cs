using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Repositories;

namespace Swarm.Images.Tests.Peers;

/// <summary>Lists of manifests, pushed to a node as builders push them: the platforms first, by their digests.
/// </summary>
internal sealed class PushedLists(ServedPeer node, int manifestsMax = 100)
{
    public const string IndexType = "application/vnd.oci.image.index.v1+json";
    public const string ListType = "application/vnd.docker.distribution.manifest.list.v2+json";
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    private const string DockerType = "application/vnd.docker.distribution.manifest.v2+json";

    private static readonly JsonSerializerOptions Sparse =
        new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static ImageReference Web { get; } = ImageReference.Parse("web");

    public NodeRegistry Registry { get; } = new(
        node.Home.Store, new NodeRegistryOptions { DiskReserve = Bytes.Zero, ManifestsMax = manifestsMax },
        TimeProvider.System, NullLogger<NodeRegistry>.Instance);

    public static ImageReference ByDigest(Digest digest) => Web with { Tag = null, Digest = digest };

    /// <summary>Pushes an image of this host's platform and one of another, and the list of both.</summary>
    /// <param name="word">In which they differ from others.</param>
    /// <param name="other">In which the image of the other platform differs.</param>
    public async Task<PushedList> PushAsync(string tag, string word, string other, string type = IndexType)
    {
        var child = type == ListType ? DockerType : ManifestType;
        var here = await PushImageAsync(child, Manifests.ImagePlatform.Host.Architecture, word);
        var elsewhere = await PushImageAsync(child, "riscv64", other);
        var list = JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            // Of an index nobody has to say what it is but who sends it.
            mediaType = type == ListType ? type : null,
            manifests = new[] { Describe(here), Describe(elsewhere) },
        }, Sparse);
        var pushed = await Registry.PutManifestAsync(Web, tag, [], type, list, default);
        return new PushedList(list, pushed.Digest, here.Config, Digest.Of(here.Manifest), Digest.Of(elsewhere.Manifest))
        {
            OtherLayer = elsewhere.Layer,
        };

        object Describe(Platform one) => new
        {
            mediaType = child,
            digest = Digest.Of(one.Manifest).Value,
            size = one.Manifest.Length,
            platform = new { architecture = one.Architecture, os = "linux" },
        };
    }

    /// <summary>Gives a tag to the same image by another list.</summary>
    /// <param name="word">In which the list differs from others.</param>
    /// <param name="withBlob">Whether it carries a blob itself, as the cache of a builder.</param>
    public async Task<Digest> PushAgainAsync(string tag, PushedList pushed, string word, bool withBlob = false)
    {
        var blob = System.Text.Encoding.UTF8.GetBytes(word);
        var child = new
        {
            mediaType = ManifestType,
            digest = pushed.Manifest.Value,
            size = node.Home.Store.FindManifestIn(Web, pushed.Manifest.Value)!.Content.Length,
            platform = new { architecture = Manifests.ImagePlatform.Host.Architecture, os = "linux" },
        };
        if (withBlob) await PushBlobAsync(blob);
        var list = JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            manifests = withBlob ? (object[])[child, Part("application/octet-stream", blob)] : [child],
            annotations = new { word },
        });
        return (await Registry.PutManifestAsync(Web, tag, [], IndexType, list, default)).Digest;
    }

    private async Task PushBlobAsync(byte[] blob)
    {
        var upload = Registry.BeginUpload(Web);
        await Registry.FinishAsync(Web, upload.Id, null, new MemoryStream(blob), Digest.Of(blob), default);
    }

    private async Task<Platform> PushImageAsync(string type, string architecture, string word)
    {
        var layer = new TarBuilder().File("word", word).Build();
        var config = JsonSerializer.SerializeToUtf8Bytes(new
        {
            architecture,
            os = "linux",
            rootfs = new { type = "layers", diff_ids = new[] { Digest.Of(layer).Value } },
        });
        foreach (var blob in (byte[][])[layer, config]) await PushBlobAsync(blob);

        var manifest = JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            mediaType = type,
            config = Part("application/vnd.oci.image.config.v1+json", config),
            layers = new[] { Part("application/vnd.oci.image.layer.v1.tar", layer) },
        });
        await Registry.PutManifestAsync(Web, Digest.Of(manifest).Value, [], type, manifest, default);
        return new Platform(architecture, manifest, Digest.Of(config), Digest.Of(layer));
    }

    private static object Part(string type, byte[] blob) =>
        new { mediaType = type, digest = Digest.Of(blob).Value, size = blob.Length };

    private sealed record Platform(string Architecture, byte[] Manifest, Digest Config, Digest Layer);
}

/// <param name="Image">The one for this host.</param>
/// <param name="Manifest">Its manifest.</param>
/// <param name="Other">The manifest of the image for another platform.</param>
internal sealed record PushedList(byte[] Content, Digest Digest, Digest Image, Digest Manifest, Digest Other)
{
    public required Digest OtherLayer { get; init; }
}

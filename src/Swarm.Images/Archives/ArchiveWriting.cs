using System.Text;
using System.Text.Json.Nodes;
using Swarm.Core.Images;
using Swarm.Images.Blobs;
using Swarm.Images.Manifests;
using Swarm.Images.Tar;
using Swarm.Linux.Files;

namespace Swarm.Images.Archives;

/// <summary>Writes images as <c>docker save</c> does from Docker 25 on: an OCI layout, and <c>manifest.json</c> beside
/// it for those that know no other. Blobs are written as they are kept.</summary>
/// <param name="find">Gives a blob that is held.</param>
internal sealed class ArchiveWriting(Stream archive, Func<Digest, StagedBlob> find)
{
    private const int PieceBytes = 1024 * 1024;
    private const uint FileMode = 0x1a4;
    private const uint FolderMode = 0x1ed;

    private readonly HashSet<Digest> _written = [];

    public async Task WriteAsync(SavedImages images, CancellationToken cancellation)
    {
        foreach (var folder in (string[])["blobs/", "blobs/sha256/"])
            await WriteAsync(Entry(folder, TarKind.Folder, FolderMode, 0), Stream.Null, cancellation);
        foreach (var (image, _) in images.All)
        {
            await WriteBlobAsync(image.Id, cancellation);
            foreach (var layer in image.Layers) await WriteBlobAsync(layer.Blob, cancellation);
            await WriteBlobAsync(image.ManifestDigest, cancellation);
        }

        await WriteTextAsync("oci-layout", """{"imageLayoutVersion":"1.0.0"}""", cancellation);
        await WriteTextAsync("index.json", Index(images).ToJsonString(), cancellation);
        await WriteTextAsync("manifest.json", Manifest(images).ToJsonString(), cancellation);
        using var end = new MemoryStream();
        new TarWriter(end).WriteEnd();
        await archive.WriteAsync(end.ToArray(), cancellation);
        await archive.FlushAsync(cancellation);
    }

    private JsonObject Index(SavedImages images)
    {
        JsonArray manifests = [];
        foreach (var (image, names) in images.All)
        {
            if (names.Count == 0) manifests.Add((JsonNode)Describe(image.ManifestDigest));
            foreach (var name in names)
            {
                var described = Describe(image.ManifestDigest);
                described["annotations"] = new JsonObject
                {
                    ["io.containerd.image.name"] = name.ToString(),
                    ["org.opencontainers.image.ref.name"] = name.Tag,
                };
                manifests.Add((JsonNode)described);
            }
        }

        return new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = "application/vnd.oci.image.index.v1+json",
            ["manifests"] = manifests,
        };
    }

    private JsonObject Describe(Digest manifest)
    {
        var blob = find(manifest);
        var json = JsonReading.Parse(File.ReadAllBytes(blob.Path), $"manifest {manifest}");
        return new JsonObject
        {
            ["mediaType"] = json.TextOr("mediaType", ImageManifest.OciMediaType),
            ["digest"] = manifest.Value,
            ["size"] = blob.Size,
        };
    }

    private static JsonArray Manifest(SavedImages images) =>
    [
        .. images.All.Select(one => (JsonNode)new JsonObject
        {
            ["Config"] = PathOf(one.Image.Id),
            ["RepoTags"] = new JsonArray([.. one.Names.Select(name => (JsonNode)name.Familiar)]),
            ["Layers"] = new JsonArray([.. one.Image.Layers.Select(layer => (JsonNode)PathOf(layer.Blob))]),
        }),
    ];

    private async Task WriteBlobAsync(Digest digest, CancellationToken cancellation)
    {
        if (!_written.Add(digest)) return;

        var blob = find(digest);
        await using var file = new FileStream(
            blob.Path, System.IO.FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        await WriteAsync(Entry(PathOf(digest), TarKind.File, FileMode, blob.Size), file, cancellation);
    }

    private Task WriteTextAsync(string name, string text, CancellationToken cancellation)
    {
        var content = Encoding.UTF8.GetBytes(text);
        return WriteAsync(
            Entry(name, TarKind.File, FileMode, content.Length), new MemoryStream(content), cancellation);
    }

    private async Task WriteAsync(TarEntry entry, Stream content, CancellationToken cancellation)
    {
        using var around = new MemoryStream();
        var tar = new TarWriter(around);
        tar.WriteEntry(entry);
        await archive.WriteAsync(around.ToArray(), cancellation);
        await StoreSteps.OnPool(content.CopyToAsync(archive, PieceBytes, cancellation));
        around.SetLength(0);
        tar.WritePadding(entry.Size);
        await archive.WriteAsync(around.ToArray(), cancellation);
    }

    private static TarEntry Entry(string name, TarKind kind, uint mode, long size) => new()
    {
        Name = Encoding.UTF8.GetBytes(name),
        Kind = kind,
        Mode = mode,
        Size = size,
        Modified = new FileTime(0, 0), // the same images are the same archive
    };

    private static string PathOf(Digest digest) => $"blobs/sha256/{digest.Hex}";
}

using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using Swarm.Core.Images;

namespace Swarm.Daemon.Tests.Docker;

/// <summary>A list of two images, one for each of two platforms, as a layout of files.</summary>
/// <remarks>https://github.com/opencontainers/image-spec/blob/main/image-layout.md</remarks>
internal sealed class TwoPlatforms(string folder)
{
    public const string Tag = "both";

    private const string Type = "application/vnd.oci.image";

    /// <summary>Writes it.</summary>
    /// <returns>The digest of the list.</returns>
    public Digest Write()
    {
        Directory.CreateDirectory($"{folder}/blobs/sha256");
        object[] images = [Image("amd64"), Image("arm64")];
        var list = JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            mediaType = $"{Type}.index.v1+json",
            manifests = images,
        });
        var digest = Keep(list);
        File.WriteAllText($"{folder}/oci-layout", """{"imageLayoutVersion":"1.0.0"}""");
        File.WriteAllBytes($"{folder}/index.json", JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            manifests = (object[])
            [
                new
                {
                    mediaType = $"{Type}.index.v1+json", digest = digest.Value, size = list.Length,
                    annotations = new Dictionary<string, string> { ["org.opencontainers.image.ref.name"] = Tag },
                },
            ],
        }));
        return digest;
    }

    private object Image(string architecture)
    {
        using var layer = new MemoryStream();
        using (var tar = new TarWriter(layer, TarEntryFormat.Pax, leaveOpen: true))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, architecture)
            {
                ModificationTime = DateTimeOffset.UnixEpoch,
            });
        }

        // What is not compressed skopeo would compress, and write another manifest.
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(layer.ToArray());
        }

        var layers = new[] { Describe($"{Type}.layer.v1.tar+gzip", compressed.ToArray()) };
        var config = Describe($"{Type}.config.v1+json", JsonSerializer.SerializeToUtf8Bytes(new
        {
            architecture,
            os = "linux",
            config = new { Cmd = new[] { "/none" } },
            rootfs = new { type = "layers", diff_ids = new[] { Digest.Of(layer.ToArray()).Value } },
        }));
        var manifest = JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            mediaType = $"{Type}.manifest.v1+json",
            config,
            layers,
        });
        return new
        {
            mediaType = $"{Type}.manifest.v1+json",
            digest = Keep(manifest).Value,
            size = manifest.Length,
            platform = new { os = "linux", architecture },
        };
    }

    private object Describe(string mediaType, byte[] content) =>
        new { mediaType, digest = Keep(content).Value, size = content.Length };

    private Digest Keep(byte[] content)
    {
        var digest = Digest.Of(content);
        File.WriteAllBytes($"{folder}/blobs/sha256/{digest.Hex}", content);
        return digest;
    }
}

using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Swarm.Core.Images;

namespace Swarm.Api.Tests.Registry;

/// <summary>Something that is pushed: blobs, and the manifest over them.</summary>
internal sealed record Artifact(byte[][] Blobs, byte[] Manifest)
{
    public const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    public const string IndexType = "application/vnd.oci.image.index.v1+json";
    private const string ConfigType = "application/vnd.oci.image.config.v1+json";
    private const string LayerType = "application/vnd.oci.image.layer.v1.tar+gzip";

    public Digest Digest => Digest.Of(Manifest);

    public Digest Config => Digest.Of(Blobs[0]);

    /// <summary>An image for this host, of one layer with one file.</summary>
    public static Artifact Image(string content, string? architecture = null)
    {
        var layer = Tar(content);
        var config = JsonSerializer.SerializeToUtf8Bytes(new
        {
            architecture = architecture ?? (System.Runtime.InteropServices.RuntimeInformation.OSArchitecture
                == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64"),
            os = "linux",
            config = new { Cmd = new[] { "/bin/sh" } },
            rootfs = new { type = "layers", diff_ids = new[] { Digest.Of(layer).Value } },
        });
        return Of(ConfigType, config, LayerType, Compress(layer));
    }

    /// <summary>Something of two blobs that is no image of this host.</summary>
    public static Artifact Of(string configType, byte[] config, string layerType, byte[] layer) => new(
        [config, layer],
        Json(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = ManifestType,
            ["config"] = Descriptor(configType, Digest.Of(config), config.Length),
            ["layers"] = new JsonArray(Descriptor(layerType, Digest.Of(layer), layer.Length)),
        }));

    /// <summary>A chart: an artifact that nobody can run.</summary>
    public static Artifact Chart(string content) => Of(
        "application/vnd.cncf.helm.config.v1+json", "{}"u8.ToArray(),
        "application/vnd.cncf.helm.chart.content.v1.tar+gzip", Encoding.UTF8.GetBytes(content));

    /// <summary>Something about a manifest.</summary>
    public static Artifact About(Digest subject, long size, string type, string word) => new(
        ["{}"u8.ToArray()],
        Json(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = ManifestType,
            ["artifactType"] = type,
            ["config"] = Descriptor("application/vnd.oci.empty.v1+json", Digest.Of("{}"u8), 2),
            ["layers"] = new JsonArray(Descriptor("application/vnd.oci.empty.v1+json", Digest.Of("{}"u8), 2)),
            ["subject"] = Descriptor(ManifestType, subject, size),
            ["annotations"] = new JsonObject { ["word"] = word },
        }));

    public static byte[] Index(params Artifact[] children) => Json(new JsonObject
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = IndexType,
        ["manifests"] = new JsonArray(
            [.. children.Select(child => Descriptor(ManifestType, child.Digest, child.Manifest.Length))]),
    });

    public static byte[] Json(JsonObject document) => JsonSerializer.SerializeToUtf8Bytes(document);

    public static JsonObject Descriptor(string type, Digest digest, long size) =>
        new() { ["mediaType"] = type, ["digest"] = digest.Value, ["size"] = size };

    private static byte[] Tar(string content)
    {
        using var buffer = new MemoryStream();
        using (var tar = new TarWriter(buffer, TarEntryFormat.Pax, leaveOpen: true))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "word")
            {
                DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)),
                ModificationTime = DateTimeOffset.UnixEpoch,
            });
        }

        return buffer.ToArray();
    }

    private static byte[] Compress(byte[] content)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(content);
        return buffer.ToArray();
    }
}

using System.Text.Json;
using Swarm.Images.Manifests;
using Swarm.Images.Registry;

namespace Swarm.Images.Repositories;

/// <summary>Writes what is about a manifest as a list of manifests, page by page.</summary>
/// <remarks>https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers</remarks>
internal static class ReferrersList
{
    private const int PageMost = 100;

    // Together with one more, this is what clients take of a manifest.
    private const int PageBytes = NodeRegistryOptions.ManifestBytesMax / 2;

    /// <param name="found">In their order; those of earlier pages are left out.</param>
    /// <param name="read">The bytes of a manifest; null when it is gone.</param>
    public static ReferrersPage Write(IEnumerable<ManifestRecord> found, Func<ManifestRecord, byte[]?> read)
    {
        using var buffer = new MemoryStream();
        ManifestRecord? last = null;
        var isCut = false;
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", 2);
            json.WriteString("mediaType", MediaTypes.OciIndex);
            json.WriteStartArray("manifests");
            var count = 0;
            foreach (var one in found)
            {
                isCut = count == PageMost || json.BytesCommitted + json.BytesPending > PageBytes;
                if (isCut) break;
                if (read(one) is not { } content) continue;
                Write(json, one, content);
                (last, count) = (one, count + 1);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return new ReferrersPage(buffer.ToArray(), isCut ? last?.Digest : null);
    }

    private static void Write(Utf8JsonWriter json, ManifestRecord manifest, byte[] content)
    {
        json.WriteStartObject();
        json.WriteString("mediaType", manifest.MediaType);
        json.WriteString("digest", manifest.Digest.Value);
        json.WriteNumber("size", manifest.SizeBytes);
        if (manifest.ArtifactType.Length > 0) json.WriteString("artifactType", manifest.ArtifactType);
        if (JsonReading.Parse(content, manifest.Digest.Value).Find("annotations") is { IsObject: true } annotations)
        {
            json.WriteStartObject("annotations");
            foreach (var (name, value) in annotations.Members())
            {
                if (value.IsText) json.WriteString(name, value.Text());
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}

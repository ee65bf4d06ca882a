using System.Collections.Immutable;
using System.Text.Json;

namespace Swarm.Images.Manifests;

/// <summary>The configuration and the layers of one image, lowest first. OCI's and Docker's
/// second schema are the same here.</summary>
/// <remarks>https://github.com/opencontainers/image-spec/blob/main/manifest.md</remarks>
internal sealed record ImageManifest(Descriptor Config, ImmutableArray<Descriptor> Layers)
{
    public const string OciMediaType = "application/vnd.oci.image.manifest.v1+json";
    private const string OciConfig = "application/vnd.oci.image.config.v1+json";

    /// <exception cref="ImageException">What is wrong, or that it is Docker's first schema.</exception>
    public static ImageManifest Read(byte[] content, string subject)
    {
        var json = JsonReading.Parse(content, subject);
        if (json.Find("schemaVersion")?.Number() is 1)
        {
            throw new ImageException(ImageFault.Unsupported, $"{subject}: a manifest of Docker's first schema");
        }

        return new ImageManifest(
            Descriptor.Read(json.Get("config")), [.. json.Get("layers").Items().Select(Descriptor.Read)]);
    }

    /// <summary>A manifest for an image that came without one; the same image always gets the same.</summary>
    public static byte[] Write(Descriptor config, IEnumerable<Descriptor> layers)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", 2);
            json.WriteString("mediaType", OciMediaType);
            json.WritePropertyName("config");
            Write(json, config with { MediaType = OciConfig });
            json.WriteStartArray("layers");
            foreach (var layer in layers) Write(json, layer);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void Write(Utf8JsonWriter json, Descriptor descriptor)
    {
        json.WriteStartObject();
        json.WriteString("mediaType", descriptor.MediaType);
        json.WriteString("digest", descriptor.Digest.Value);
        json.WriteNumber("size", descriptor.Size);
        json.WriteEndObject();
    }
}

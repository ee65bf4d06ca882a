using Swarm.Core.Images;

namespace Swarm.Images.Manifests;

/// <summary>What a manifest says of a blob.</summary>
/// <param name="Platform">Null when it names none.</param>
/// <remarks>https://github.com/opencontainers/image-spec/blob/main/descriptor.md</remarks>
internal sealed record Descriptor(string MediaType, Digest Digest, long Size, ImagePlatform? Platform, string? Name)
{
    public static Descriptor Read(JsonReading json)
    {
        var size = json.Get("size").Number();
        if (size < 0) throw json.Invalid($"negative size {size}");

        var annotations = json.Find("annotations");
        var name = annotations?.Find("io.containerd.image.name")
            ?? annotations?.Find("org.opencontainers.image.ref.name");
        return new Descriptor(
            json.TextOr("mediaType", ""), json.Get("digest").Digest(), size,
            json.Find("platform") is { } platform ? ImagePlatform.Read(platform) : null, name?.Text());
    }
}

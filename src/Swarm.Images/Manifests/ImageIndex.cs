using System.Collections.Immutable;

namespace Swarm.Images.Manifests;

/// <summary>A list of manifests, of several platforms or of several images.</summary>
/// <remarks>https://github.com/opencontainers/image-spec/blob/main/image-index.md</remarks>
internal sealed record ImageIndex(ImmutableArray<Descriptor> Manifests)
{
    public static bool IsIndex(JsonReading json) => json.Find("manifests") is not null;

    public static ImageIndex Read(JsonReading json) =>
        new([.. json.Get("manifests").Items().Select(Descriptor.Read)]);

    /// <summary>The first for this host; where none names a platform, the first.</summary>
    /// <returns>Null when there is none for it.</returns>
    public static Descriptor? Choose(IReadOnlyCollection<Descriptor> manifests, ImagePlatform host) =>
        manifests.FirstOrDefault(manifest => manifest.Platform == host)
        ?? manifests.FirstOrDefault(manifest => manifest.Platform is null);
}

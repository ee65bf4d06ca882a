using Swarm.Core.Images;

namespace Swarm.Images.Names;

/// <summary>Finds the image that people mean.</summary>
internal static class ImageSearch
{
    private const int HexLength = 64;

    /// <summary>By id, by name, by name and digest, or by the unique beginning of an id; in this order.</summary>
    /// <exception cref="ImageException">When a beginning fits several.</exception>
    public static KnownImage? Find(Catalog catalog, string nameOrId)
    {
        var hex = nameOrId.StartsWith("sha256:", StringComparison.Ordinal) ? nameOrId["sha256:".Length..] : nameOrId;
        if (Digest.TryParse("sha256:" + hex, out var digest) && ByDigest(catalog, digest) is { } exact) return exact;
        if (hex.Length == nameOrId.Length && ImageReference.TryParse(nameOrId, out var name, out _)
            && ByName(catalog, name) is { } named)
        {
            return named;
        }

        return ByBeginning(catalog, hex);
    }

    /// <summary>The name that a text is, if it is one and means something.</summary>
    public static ImageReference? NameIn(Catalog catalog, string text)
    {
        if (!ImageReference.TryParse(text, out var name, out _)) return null;
        var kept = name.Digest is null ? name : name with { Tag = null };
        return catalog.Find(kept) is null ? null : kept;
    }

    private static KnownImage? ByDigest(Catalog catalog, Digest digest) =>
        catalog.Find(digest) ?? catalog.Images.FirstOrDefault(image => image.ManifestDigest == digest);

    // With a digest, the tag is only a note for people.
    private static KnownImage? ByName(Catalog catalog, ImageReference name) =>
        name.Digest is not { } digest ? catalog.Find(name)
        : catalog.Find(name with { Tag = null }) is { } pulled ? pulled
        : ByDigest(catalog, digest) is { } image
            && catalog.NamesOf(image.Id).Any(other => other.Repository == name.Repository)
            ? image
            : null;

    private static KnownImage? ByBeginning(Catalog catalog, string hex)
    {
        if (hex.Length is 0 or > HexLength || !hex.All(char.IsAsciiHexDigitLower)) return null;

        var fitting =
            catalog.Images.Where(image => image.Id.Hex.StartsWith(hex, StringComparison.Ordinal)).Take(2).ToList();
        return fitting.Count < 2
            ? fitting.FirstOrDefault()
            : throw new ImageException(ImageFault.Ambiguous, $"several images have ids that begin with {hex}");
    }
}

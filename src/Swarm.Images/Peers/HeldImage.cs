using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Images;

namespace Swarm.Images.Peers;

/// <summary>An image that another node says it has whole.</summary>
/// <param name="Id">Digest of its configuration.</param>
/// <param name="Names">With tags, and by the digests by which registries have it, or it was pushed.</param>
/// <param name="Size">Bytes of its layers, unpacked.</param>
public sealed record HeldImage(
    Peer Holder, Digest Id, Digest Manifest, long ManifestSize, ImmutableArray<ImageReference> Names, Bytes Size)
{
    /// <summary>Of the names, those by digest that came with a push to a node: no registry is known to have them.
    /// </summary>
    public ImmutableArray<ImageReference> OwnNames { get; init; } = [];

    /// <summary>Of the names, those by digest that are lists of manifests, and whole there.</summary>
    public ImmutableArray<HeldList> Lists { get; init; } = [];

    /// <summary>Names of others that the holder keeps it for.</summary>
    public ImmutableArray<ImageReference> KeptFor { get; init; } = [];

    /// <summary>Whether it has a name in a repository, there or where it is kept for.</summary>
    public bool IsIn(string repository) => Names.Concat(KeptFor).Any(name => name.Repository == repository);

    /// <summary>Whether the registry of its name has this image, as far as the holder knows.</summary>
    public bool IsFromRegistry(ImageReference name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Names.Any(other => other.Digest is not null && other.Repository == name.Repository
            && !OwnNames.Contains(other));
    }

    /// <returns>Null when the offer is not well-formed.</returns>
    internal static HeldImage? Read(Peer holder, ImageOffer offer) =>
        Digest.TryParse(offer.Id, out var id) && Digest.TryParse(offer.Manifest, out var manifest)
            ? new HeldImage(
                holder, id, manifest, offer.ManifestSize, Parse(offer.Names), new Bytes(offer.Size))
            {
                OwnNames = Parse(offer.OwnNames),
                Lists = [.. (offer.Lists ?? []).Select(HeldList.Read).OfType<HeldList>()],
                KeptFor = Parse(offer.KeptFor),
            }
            : null;

    private static ImmutableArray<ImageReference> Parse(string[]? names) =>
        [.. (names ?? []).Select(Parse).OfType<ImageReference>()];

    private static ImageReference? Parse(string name) =>
        ImageReference.TryParse(name, out var reference, out _) ? reference : null;
}

/// <summary>A list of manifests by whose digest another node knows an image.</summary>
/// <param name="Name">Repository and digest.</param>
/// <param name="Size">Bytes.</param>
/// <param name="MediaType">As it was pushed.</param>
public sealed record HeldList(ImageReference Name, long Size, string MediaType)
{
    /// <returns>Null when the offer is not well-formed.</returns>
    internal static HeldList? Read(ListOffer offer) =>
        ImageReference.TryParse(offer.Name, out var name, out _) && name is { Digest: not null, Tag: null }
            ? new HeldList(name, offer.Size, offer.MediaType)
            : null;
}

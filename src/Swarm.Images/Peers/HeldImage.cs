using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Images;

namespace Swarm.Images.Peers;

/// <summary>An image that another node says it has whole.</summary>
/// <param name="Id">Digest of its configuration.</param>
/// <param name="Names">With tags, and by the digests by which registries have it.</param>
/// <param name="Size">Bytes of its layers, unpacked.</param>
public sealed record HeldImage(
    Peer Holder, Digest Id, Digest Manifest, long ManifestSize, ImmutableArray<ImageReference> Names, Bytes Size)
{
    /// <returns>Null when the offer is not well-formed.</returns>
    internal static HeldImage? Read(Peer holder, ImageOffer offer) =>
        Digest.TryParse(offer.Id, out var id) && Digest.TryParse(offer.Manifest, out var manifest)
            ? new HeldImage(
                holder, id, manifest, offer.ManifestSize,
                [.. (offer.Names ?? []).Select(Parse).OfType<ImageReference>()], new Bytes(offer.Size))
            : null;

    private static ImageReference? Parse(string name) =>
        ImageReference.TryParse(name, out var reference, out _) ? reference : null;
}

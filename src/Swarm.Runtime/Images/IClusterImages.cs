using System.Collections.Immutable;
using Swarm.Core.Images;
using Swarm.Images.Peers;
using Swarm.Images.Registry;

namespace Swarm.Runtime.Images;

/// <summary>What the cluster knows of images, and the nodes that have them.</summary>
public interface IClusterImages
{
    /// <summary>Whether this node is in its cluster: who asks before waits until it is.</summary>
    bool IsThere { get; }

    /// <summary>What a tag means, cluster-wide.</summary>
    /// <returns>Null when the cluster does not know the name.</returns>
    /// <exception cref="PeerException">It does not answer in time.</exception>
    Task<NameMeaning?> FindMeaningAsync(ImageReference name, CancellationToken cancellation);

    /// <summary>Other nodes that have an image.</summary>
    Task<ImmutableArray<HeldImage>> FindHoldersAsync(Digest id, CancellationToken cancellation);

    /// <summary>The images of all other nodes that can be reached.</summary>
    Task<ListedImages> ListAsync(CancellationToken cancellation);

    /// <summary>The images that nodes know by a digest: of their manifest, or by a name.</summary>
    Task<ImmutableArray<HeldImage>> FindKnownByAsync(Digest digest, CancellationToken cancellation);

    /// <summary>Brings an image from those that have it, and gives it names.</summary>
    /// <returns>The digest of its manifest, and whether one of the names means another image than before.</returns>
    /// <exception cref="PeerException">They do not give it.</exception>
    /// <exception cref="Swarm.Images.ImageException">What is wrong with what they gave.</exception>
    Task<(Digest Manifest, bool IsNew)> PullAsync(
        ImmutableArray<HeldImage> holders, ImmutableArray<ImageReference> names, Action<TransferStep> tell,
        CancellationToken cancellation);

    /// <summary>Brings lists by whose digests other nodes know an image that is here, and nothing of the image.
    /// </summary>
    /// <param name="holders">Of that image.</param>
    /// <exception cref="IOException">The disk does not take it.</exception>
    Task BringListsAsync(
        Digest image, ImmutableArray<HeldImage> holders, ImmutableArray<ImageReference> names,
        CancellationToken cancellation);

    /// <summary>Brings a manifest, or list, that another node has in the repository of its name.</summary>
    /// <param name="name">By its digest.</param>
    /// <returns>Whether it is here.</returns>
    Task<bool> BringManifestAsync(ImageReference name, CancellationToken cancellation);
}

/// <summary>What a tag means in the cluster.</summary>
/// <param name="Origin">Where that is to be had besides the nodes that have it, as they said when they named it.
/// </param>
public sealed record NameMeaning(Digest Image, ImageOrigin Origin)
{
    /// <summary>The manifest, or list, by which the tag was given; null where that is not known.</summary>
    public Digest? Manifest { get; init; }
}

using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Manifests;
using Swarm.Images.Trees;

namespace Swarm.Images;

/// <summary>The images of this host: blobs by digest, names, and layers unpacked once and shared.</summary>
/// <remarks>Safe for use by many at once. Drawn in docs/images.md.</remarks>
public interface IImageStore
{
    /// <summary>Loads a docker-archive or oci-archive (plain, gzip or zstd), as <c>docker
    /// save</c> or skopeo write them.</summary>
    /// <param name="platform">As <c>linux/arm64</c>: only what is for it is loaded. Null: of an image for several what
    /// is for this host, and every other image.</param>
    /// <exception cref="ImageException">What in the archive is wrong, or that nothing in it is for the platform;
    /// nothing of it is kept.</exception>
    Task<ImmutableArray<LoadedImage>> LoadAsync(Stream archive, string? platform, CancellationToken cancellation);

    /// <summary>Loads every image of an OCI layout folder.</summary>
    Task<ImmutableArray<LoadedImage>> LoadLayoutAsync(string folder, CancellationToken cancellation);

    /// <summary>Makes an image of one layer from a tar of a root file system.</summary>
    /// <param name="name">A reference to tag it with; null leaves it without a name.</param>
    /// <param name="comment">Kept in its history; empty leaves it without one.</param>
    Task<LoadedImage> ImportAsync(
        Stream tar, ImageReference? name, ImageConfiguration configuration, string comment,
        CancellationToken cancellation);

    ImmutableArray<ImageSummary> List();

    /// <summary>All images but steps of builds, without waiting for who works on the store.</summary>
    ImmutableArray<NodeImage> Here { get; }

    /// <summary>What of the store cannot be read and is left out, a sentence each.</summary>
    ImmutableArray<string> Warnings();

    /// <summary>Finds an image by name, name@digest, id, or unique beginning of an id.</summary>
    /// <exception cref="ImageException">When a beginning fits several.</exception>
    StoredImage? Find(string nameOrId);

    /// <exception cref="ImageException">When there is no such image.</exception>
    StoredImage Tag(string nameOrId, ImageReference name);

    /// <summary>The manifest, or list, by which a tag was given to the image that it means here.</summary>
    /// <returns>Null where it was given by none.</returns>
    Digest? ManifestOf(ImageReference tag);

    /// <summary>The manifest, or list, by which a tag was given to this image by a push to this host, as long as that
    /// is not marked as told.</summary>
    /// <returns>Null where there is nothing to tell, or the tag means another image here.</returns>
    Digest? UntoldManifestOf(ImageReference tag, Digest image);

    /// <summary>The cluster knows that a tag was given by this manifest, or list, or has another meaning for it.
    /// </summary>
    void MarkTold(ImageReference tag, Digest manifest);

    /// <summary>A tag that means an image here was given to it by a manifest, or list, on another node.</summary>
    /// <returns>Whether it stands for that here now: it has to be here, and the tag has to mean the image.</returns>
    bool FollowTag(ImageReference tag, Digest image, Digest manifest);

    /// <summary>All that is known of an image.</summary>
    /// <exception cref="ImageException">When there is no such image.</exception>
    ImageDetail Examine(string nameOrId);

    /// <summary>The image that a container's writable layer lies on, also when it was removed since.</summary>
    StoredImage? FindBelow(ContainerId container);

    /// <summary>Writes images into an archive as <c>docker save</c> does. They may be removed meanwhile.</summary>
    /// <param name="namesOrIds">A repository without a tag stands for all of its tags.</param>
    /// <param name="platform">For which all must be, as <c>linux/arm64</c>; null where that is the same.</param>
    /// <returns>The images in it.</returns>
    /// <exception cref="ImageException">When there is one of them not: nothing has been written then.</exception>
    Task<ImmutableArray<Digest>> SaveAsync(
        IReadOnlyCollection<string> namesOrIds, string? platform, Stream archive, CancellationToken cancellation);

    /// <summary>Removes a name, and the image when it was the last one, by the rules of Docker.</summary>
    /// <param name="force">Also when it has other names, or is below containers that do not run: those go on with
    /// its layers.</param>
    /// <param name="running">Containers whose image is not removed at all.</param>
    /// <exception cref="ImageException">No such image, or in use, or several names and not
    /// <paramref name="force"/>.</exception>
    ImageRemoval Remove(string nameOrId, bool force, IReadOnlySet<ContainerId> running);

    /// <summary>Removes an image with all its names, unless something uses it.</summary>
    /// <param name="seen">As it was listed.</param>
    /// <returns>Null when it is used, or not there, or has other names by now, or is kept for the cluster only since.
    /// </returns>
    ImageRemoval? RemoveUnused(ImageSummary seen);

    /// <summary>Keeps an image from being removed until it is let go of, as while a container is made of it.</summary>
    /// <returns>Null when there is none.</returns>
    IDisposable? HoldImage(string nameOrId);

    /// <summary>Unpacks what is not unpacked yet, and makes a container's root file system:
    /// layers under a fresh writable layer.</summary>
    /// <remarks>Idempotent: a writable layer that exists for the id is used again.</remarks>
    /// <returns>The folder at which it is mounted.</returns>
    Task<string> MountRootAsync(ContainerId container, Digest imageId, CancellationToken cancellation);

    /// <inheritdoc cref="MountRootAsync(ContainerId, Digest, CancellationToken)"/>
    /// <param name="layer">How the writable layer is made where there is none yet.</param>
    /// <exception cref="ImageException">The writable layer has a limit, and the file system holds nothing to one.
    /// </exception>
    Task<string> MountRootAsync(
        ContainerId container, Digest imageId, WritableLayer layer, CancellationToken cancellation);

    /// <returns>Null where there is no writable layer, or a layer below it is gone.</returns>
    LayerPlaces? PlacesOf(ContainerId container);

    /// <summary>Undoes the mount and, when asked, discards the writable layer. Does nothing where nothing is.</summary>
    void UnmountRoot(ContainerId container, bool discard);

    /// <summary>What a container's writable layer changes of its image, folders before what is in them.</summary>
    /// <param name="ignored">Paths that were made for mounts only.</param>
    /// <exception cref="ImageException">There is no writable layer for it.</exception>
    Task<ImmutableArray<TreeChange>> FindChangesAsync(
        ContainerId container, IReadOnlySet<string> ignored, CancellationToken cancellation);

    /// <summary>Bytes of the files in a container's writable layer.</summary>
    /// <exception cref="ImageException">There is no writable layer for it, or no more.</exception>
    Task<Bytes> WritableSizeAsync(ContainerId container, CancellationToken cancellation);

    /// <summary>Makes an image of a container's changes as one more layer over those of its image.</summary>
    /// <remarks>What the container changes meanwhile may be in it or not, or in part: it is best paused. Its layer is
    /// unpacked when the image is mounted first, or by <see cref="UnpackAsync"/>; that of a step is at once.</remarks>
    /// <exception cref="ImageException">There is no writable layer for it, or its image is gone.</exception>
    Task<LoadedImage> CommitAsync(ContainerId container, ImageCommit commit, CancellationToken cancellation);

    /// <summary>Unpacks what of an image is not unpacked. Does nothing where there is no such image.</summary>
    /// <returns>Whether there was something.</returns>
    /// <exception cref="ImageException">What is wrong with which layer.</exception>
    Task<bool> UnpackAsync(Digest imageId, CancellationToken cancellation);

    /// <summary>What the images take of the disk.</summary>
    ImageUse MeasureUse();

    /// <summary>Bytes of the blobs, as they came.</summary>
    Bytes MeasureBlobs();

    /// <summary>Containers for which a writable layer exists.</summary>
    ImmutableArray<ContainerId> WritableLayers();
}

/// <param name="Names">References the archive gave it.</param>
public sealed record LoadedImage(Digest Id, ImmutableArray<ImageReference> Names);

/// <param name="Size">Bytes of its layers, unpacked.</param>
public sealed record ImageSummary(
    Digest Id, ImmutableArray<ImageReference> Names, DateTimeOffset? Created, Bytes Size,
    ImmutableSortedDictionary<string, string> Labels)
{
    /// <summary>The image that it was built from here; null for one that was not.</summary>
    public Digest? Parent { get; init; }

    /// <summary>Whether nothing but digests by which a registry has it is left of its names: what a tag meant before.
    /// </summary>
    public bool IsDangling { get; init; }

    /// <summary>Whether it is here only because the cluster wants so many copies of it.</summary>
    public bool IsKeptCopy { get; init; }

    /// <summary>Whether it is only a step on the way to another image, and has no name.</summary>
    public bool IsIntermediate { get; init; }
}

public sealed record StoredImage(
    Digest Id, Digest ManifestDigest, ImmutableArray<ImageReference> Names, ImageConfiguration Configuration,
    Bytes Size)
{
    /// <summary>Of the names, those by digest that came with a push to a node: no registry is known to have them.
    /// </summary>
    public ImmutableArray<ImageReference> OwnNames { get; init; } = [];

    /// <summary>Whether the registry of its name has this image, as far as is known here.</summary>
    public bool IsFromRegistry(ImageReference name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Names.Any(other => other.Digest is not null && other.Repository == name.Repository
            && !OwnNames.Contains(other));
    }

    /// <summary>What it runs on, as <c>linux/amd64</c>.</summary>
    public string Platform => Own.ToString();

    private ImagePlatform Own => ImagePlatform.Of(Configuration);

    /// <summary>Whether it runs on a platform, as <c>linux/arm64</c>.</summary>
    /// <exception cref="ImageException">The text is no platform.</exception>
    public bool IsFor(string platform) => ImagePlatform.Parse(platform) == Own;
}

/// <summary>Everything of one image.</summary>
/// <param name="ConfigurationJson">As it is stored.</param>
/// <param name="Layers">Lowest first.</param>
public sealed record ImageDetail(StoredImage Image, byte[] ConfigurationJson, ImmutableArray<StoredLayer> Layers)
{
    /// <summary>The image that it was built from here; null for one that was not.</summary>
    public Digest? Parent { get; init; }

    /// <summary>When it got the newest of its names; null when it has none.</summary>
    public DateTimeOffset? LastTagged { get; init; }
}

/// <param name="Tree">Where it is unpacked; empty when it is not.</param>
/// <param name="Size">Bytes of its files.</param>
public sealed record StoredLayer(Digest DiffId, string Tree, Bytes Size);

/// <param name="Deleted">The image, if it went with its last name.</param>
/// <param name="Freed">Bytes of unpacked layers that no other image has.</param>
public sealed record ImageRemoval(
    Digest Image, ImmutableArray<ImageReference> Untagged, ImmutableArray<Digest> Deleted, Bytes Freed);

/// <summary>What was wrong with an image, an archive or a name; the message names it.</summary>
public sealed class ImageException(ImageFault fault, string message, Exception? cause = null)
    : Exception(message, cause)
{
    public ImageFault Fault { get; } = fault;
}

public enum ImageFault
{
    NotFound,
    Ambiguous,
    InUse,

    /// <summary>The bytes are not what they claim to be, or break a format's rules.</summary>
    Invalid,

    /// <summary>Well-formed, but of a kind that is not supported.</summary>
    Unsupported,
}

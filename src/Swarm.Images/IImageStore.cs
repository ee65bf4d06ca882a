using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Trees;

namespace Swarm.Images;

/// <summary>The images of this host: blobs by digest, names, and layers unpacked once and shared.</summary>
/// <remarks>Safe for use by many at once. Drawn in docs/images.md.</remarks>
public interface IImageStore
{
    /// <summary>Loads a docker-archive or oci-archive (plain, gzip or zstd), as <c>docker
    /// save</c> or skopeo write them.</summary>
    /// <exception cref="ImageException">What in the archive is wrong; nothing of it is kept.</exception>
    Task<ImmutableArray<LoadedImage>> LoadAsync(Stream archive, CancellationToken cancellation);

    /// <summary>Loads every image of an OCI layout folder.</summary>
    Task<ImmutableArray<LoadedImage>> LoadLayoutAsync(string folder, CancellationToken cancellation);

    /// <summary>Makes an image of one layer from a tar of a root file system.</summary>
    /// <param name="name">A reference to tag it with; null leaves it without a name.</param>
    Task<LoadedImage> ImportAsync(
        Stream tar, ImageReference? name, ImageConfiguration configuration, CancellationToken cancellation);

    ImmutableArray<ImageSummary> List();

    /// <summary>What of the store cannot be read and is left out, a sentence each.</summary>
    ImmutableArray<string> Warnings();

    /// <summary>Finds an image by name, name@digest, id, or unique beginning of an id.</summary>
    /// <exception cref="ImageException">When a beginning fits several.</exception>
    StoredImage? Find(string nameOrId);

    /// <exception cref="ImageException">When there is no such image.</exception>
    StoredImage Tag(string nameOrId, ImageReference name);

    /// <summary>Removes a name, and the image when it was the last one and nothing in use needs it.</summary>
    /// <param name="inUse">Images that containers use.</param>
    /// <exception cref="ImageException">No such image, or in use, or several names and not
    /// <paramref name="force"/>.</exception>
    ImageRemoval Remove(string nameOrId, bool force, IReadOnlySet<Digest> inUse);

    /// <summary>Unpacks what is not unpacked yet, and makes a container's root file system:
    /// layers under a fresh writable layer.</summary>
    /// <remarks>Idempotent: a writable layer that exists for the id is used again.</remarks>
    /// <returns>The folder at which it is mounted.</returns>
    Task<string> MountRootAsync(ContainerId container, Digest imageId, CancellationToken cancellation);

    /// <summary>Undoes the mount and, when asked, discards the writable layer. Does nothing where nothing is.</summary>
    void UnmountRoot(ContainerId container, bool discard);

    /// <summary>What a container's writable layer changes of its image, folders before what is in them.</summary>
    /// <param name="ignored">Paths that were made for mounts only.</param>
    /// <exception cref="ImageException">There is no writable layer for it.</exception>
    Task<ImmutableArray<TreeChange>> FindChangesAsync(
        ContainerId container, IReadOnlySet<string> ignored, CancellationToken cancellation);

    /// <summary>Bytes of the files in a container's writable layer.</summary>
    Task<Bytes> WritableSizeAsync(ContainerId container, CancellationToken cancellation);

    /// <summary>Makes an image of a container's changes as one more layer over those of its image.</summary>
    /// <remarks>What the container changes meanwhile may be in it or not, or in part: it is best paused.</remarks>
    /// <exception cref="ImageException">There is no writable layer for it, or its image is gone.</exception>
    Task<LoadedImage> CommitAsync(ContainerId container, ImageCommit commit, CancellationToken cancellation);

    /// <summary>What the images take of the disk.</summary>
    ImageUse MeasureUse();

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

    /// <summary>Whether it is only a step on the way to another image, and has no name.</summary>
    public bool IsIntermediate { get; init; }
}

public sealed record StoredImage(
    Digest Id, Digest ManifestDigest, ImmutableArray<ImageReference> Names, ImageConfiguration Configuration,
    Bytes Size);

public sealed record ImageRemoval(ImmutableArray<ImageReference> Untagged, ImmutableArray<Digest> Deleted);

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

using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Core.Nodes;

namespace Swarm.Images.Copies;

/// <summary>The images of this host that the cluster counts as copies, and the notes on why they are here.</summary>
/// <remarks>Safe for use by many at once. Told in docs/replication.md.</remarks>
public interface ICopyStore
{
    /// <summary>Images, names, or what lies on images have changed.</summary>
    /// <remarks>Called while the store is locked: whoever is told notes it, and looks later.</remarks>
    event Action? Changed;

    /// <summary>All images, and marks without an image.</summary>
    Task<ImmutableArray<StoredCopy>> ListCopiesAsync(CancellationToken cancellation);

    /// <summary>Notes what an image is here, be it here or not.</summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    Task MarkAsync(Digest image, CopyMark mark, ImmutableArray<string> names, CancellationToken cancellation);

    /// <summary>Removes an image that is here as a copy only, and its mark.</summary>
    /// <returns>Whether it is gone; not where it has a tag by now, or something uses it.</returns>
    Task<bool> RemoveCopyAsync(Digest image, CancellationToken cancellation);

    /// <summary>The file system of the store.</summary>
    /// <exception cref="IOException">It cannot be asked.</exception>
    DiskUse MeasureDisk();
}

/// <summary>Why an image without a tag is here, or is not.</summary>
public enum CopyMark
{
    None = 0,

    /// <summary>The cluster wants it here: it is not pruned.</summary>
    Kept = 1,

    /// <summary>The cluster wanted it here: it may be pruned.</summary>
    Spare = 2,

    /// <summary>A user removed it: it is not brought back as a copy.</summary>
    Refused = 3,
}

/// <param name="Tags">Names by which it is known here.</param>
/// <param name="MarkNames">Names that meant it when it was marked.</param>
/// <param name="IsHere">Whether there is an image, and not only a mark, and it lacks no blob.</param>
/// <param name="IsInUse">Whether a container lies on it.</param>
public sealed record StoredCopy(
    Digest Image, ImmutableArray<string> Tags, ImmutableArray<string> MarkNames, CopyMark Mark, bool IsHere,
    bool IsInUse, Bytes Size, ImmutableSortedDictionary<string, string> Labels)
{
    /// <summary>Whether there is an image, and it lacks a blob: it may be made whole again.</summary>
    public bool IsBroken { get; init; }

    /// <summary>Lists of manifests by whose digests it is known and that are here, in their order.</summary>
    public ImmutableArray<string> Lists { get; init; } = [];

    /// <summary>Whether anything speaks for it being here.</summary>
    public bool Counts => IsHere && (!Tags.IsEmpty || IsInUse || Mark is CopyMark.Kept or CopyMark.Spare);
}

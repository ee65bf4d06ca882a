using System.Collections.Immutable;
using Nerdbank.MessagePack;

namespace Swarm.Core.Images;

/// <summary>What is sent to whoever keeps the copies of an image; it is found by the image's id.</summary>
public interface ICopyMessage
{
    Digest Image { get; }
}

/// <summary>Something has changed that may concern the copies of an image. Repeated until it is answered with
/// <see cref="ImageLookedAfter"/>.</summary>
/// <param name="MayAct">Whether what is missing is copied, and what nobody wants removed, now: not while a node is
/// away that may only be started again.</param>
public sealed record LookAfterImage([property: Key(0)] Digest Image, [property: Key(1)] bool MayAct) : ICopyMessage;

public sealed record ImageLookedAfter([property: Key(0)] Digest Image);

/// <summary>How does it stand with an image on this node? The answer is <see cref="ImageStanding"/>.</summary>
public sealed record GetImageStanding([property: Key(0)] Digest Image);

/// <summary>What an image is on a node.</summary>
public enum CopyState
{
    Absent = 0,

    /// <summary>A copy is on its way.</summary>
    Fetching = 1,

    /// <summary>It has a tag there, or a container: it is there for its own sake.</summary>
    Owned = 2,

    /// <summary>It is there because the cluster wants so many copies of it.</summary>
    Kept = 3,

    /// <summary>As <see cref="Kept"/>, and one too many: it may be pruned.</summary>
    Spare = 4,

    /// <summary>It is not there, and shall not be brought: a user removed it, or bringing it has just failed.</summary>
    Refused = 5,
}

/// <param name="Names">Tags that meant it, as this node knows.</param>
/// <param name="IsInUse">Whether a container there lies on it.</param>
/// <param name="Copies">How many the cluster should have, by this node's settings or the image's label.</param>
/// <param name="Size">Bytes of its layers, unpacked; zero where it is absent.</param>
/// <param name="Free">Bytes of the disk that images may still take.</param>
/// <param name="Fetches">Copies of other images on their way there.</param>
public sealed record ImageStanding(
    [property: Key(0)] Digest Image,
    [property: Key(1)] NodeId Node,
    [property: Key(2)] CopyState State,
    [property: Key(3)] ImmutableArray<string> Names,
    [property: Key(4)] bool IsInUse,
    [property: Key(5)] int Copies,
    [property: Key(6)] Bytes Size,
    [property: Key(7)] Bytes Free,
    [property: Key(8)] int Fetches)
{
    /// <summary>Lists of manifests by which it is known and that are there, as <c>docker.io/library/web@DIGEST</c>.
    /// </summary>
    [Key(9)] public ImmutableArray<string> Lists { get; init; } = [];
}

/// <summary>Have a copy of an image from now on. The answer, once it is there or cannot be had, is
/// <see cref="ImageKept"/>; a node that had it already says nothing.</summary>
/// <param name="Names">That mean it in the cluster: as long as one does, the copy is wanted.</param>
public sealed record KeepImage(
    [property: Key(0)] Digest Image, [property: Key(1)] ImmutableArray<string> Names)
{
    /// <summary>Lists of manifests that are to be there with it; a node that has the image fetches those that it lacks.
    /// </summary>
    [Key(2)] public ImmutableArray<string> Lists { get; init; } = [];
}

/// <summary>A node may need an image soon: it is brought there, though enough nodes have it. Not answered.</summary>
public sealed record FetchAhead([property: Key(0)] Digest Image, [property: Key(1)] NodeId Node) : ICopyMessage;

/// <param name="Fault">Why there is no copy; empty when there is one.</param>
public sealed record ImageKept(
    [property: Key(0)] Digest Image, [property: Key(1)] NodeId Node, [property: Key(2)] string Fault) : ICopyMessage;

/// <summary>The copy of an image is one too many: it may be pruned.</summary>
public sealed record ReleaseImage(
    [property: Key(0)] Digest Image, [property: Key(1)] ImmutableArray<string> Names);

/// <summary>Nobody wants copies of an image any more: one that nothing uses is removed.</summary>
public sealed record DropImage([property: Key(0)] Digest Image);

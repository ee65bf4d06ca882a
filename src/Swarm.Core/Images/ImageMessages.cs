using System.Collections.Immutable;
using Nerdbank.MessagePack;

namespace Swarm.Core.Images;

/// <summary>What is sent to an image name's entity; it is found by the repository, as
/// <c>docker.io/library/busybox</c>.</summary>
public interface IImageMessage
{
    string Repository { get; }
}

/// <summary>This tag means this image from now on. The answer is <see cref="ImageNamed"/>.</summary>
public sealed record NameImage(
    [property: Key(0)] RequestId Request, [property: Key(1)] string Repository, [property: Key(2)] string Tag,
    [property: Key(3)] Digest ImageId, [property: Key(4)] NodeId Holder) : IImageMessage
{
    /// <summary>As the holder knows it.</summary>
    [Key(5)] public ImageOrigin Origin { get; init; }

    /// <summary>The manifest, or list, that the tag was given by; null where nobody gave it by one: then it stays what
    /// it was, as long as the image does.</summary>
    [Key(6)] public Digest? Manifest { get; init; }
}

/// <summary>This tag means nothing any more.</summary>
public sealed record UnnameImage(
    [property: Key(0)] RequestId Request, [property: Key(1)] string Repository, [property: Key(2)] string Tag)
    : IImageMessage
{
    /// <summary>Only where it means this image; null whatever it means.</summary>
    [Key(3)] public Digest? ImageId { get; init; }
}

public sealed record ImageNamed(
    [property: Key(0)] RequestId Request, [property: Key(1)] string Repository, [property: Key(2)] string Tag);

/// <summary>What does this tag mean? The answer is <see cref="ImageMeaning"/>.</summary>
public sealed record GetImage([property: Key(0)] string Repository, [property: Key(1)] string Tag) : IImageMessage;

/// <param name="ImageId">Null when the cluster does not know the name.</param>
public sealed record ImageMeaning(
    [property: Key(0)] string Repository, [property: Key(1)] string Tag, [property: Key(2)] Digest? ImageId,
    [property: Key(3)] ImmutableArray<NodeId> Holders)
{
    [Key(4)] public ImageOrigin Origin { get; init; }

    /// <summary>The manifest, or list, that the tag was given by; null where that is not known.</summary>
    [Key(5)] public Digest? Manifest { get; init; }
}

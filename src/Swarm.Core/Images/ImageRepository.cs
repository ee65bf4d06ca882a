using System.Collections.Immutable;
using Nerdbank.MessagePack;
using PolyType;

namespace Swarm.Core.Images;

/// <summary>What happened to the names of a repository: its journal.</summary>
[DerivedTypeShape(typeof(TagNamed), Tag = 0)]
[DerivedTypeShape(typeof(TagRemoved), Tag = 1)]
public abstract partial record ImageEvent
{
    private ImageEvent()
    {
    }

    public sealed record TagNamed(
        [property: Key(0)] RequestId Request, [property: Key(1)] string Tag, [property: Key(2)] Digest ImageId,
        [property: Key(3)] NodeId Holder) : ImageEvent
    {
        [Key(4)] public ImageOrigin Origin { get; init; }

        [Key(5)] public Digest? Manifest { get; init; }
    }

    public sealed record TagRemoved([property: Key(0)] RequestId Request, [property: Key(1)] string Tag) : ImageEvent;
}

/// <summary>What a tag means, and which nodes said that they have it.</summary>
public sealed record ImageTag([property: Key(0)] Digest ImageId, [property: Key(1)] ImmutableArray<NodeId> Holders)
{
    [Key(2)] public ImageOrigin Origin { get; init; }

    /// <summary>The manifest, or list, by which it was given; null where that is not known.</summary>
    [Key(3)] public Digest? Manifest { get; init; }
}

/// <summary>The tags of one repository name, cluster-wide.</summary>
public sealed record ImageRepository
{
    [Key(0)] public required string Name { get; init; }

    [Key(1)]
    public ImmutableSortedDictionary<string, ImageTag> Tags { get; init; } =
        ImmutableSortedDictionary<string, ImageTag>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>The last requests that were carried out, oldest first.</summary>
    [Key(2)] public ImmutableArray<RequestId> Requests { get; init; } = [];

    public static ImageRepository Empty(string name) => new() { Name = name };
}

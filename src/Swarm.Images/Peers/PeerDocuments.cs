using System.Text.Json.Serialization;
using Swarm.Core.Images;

namespace Swarm.Images.Peers;

/// <summary>What a node has of a blob, as JSON. A new field is read one release before it is written.</summary>
/// <param name="Size">Bytes of the whole blob.</param>
/// <param name="IsWhole">Whether all of it is there, and was checked.</param>
/// <param name="Here">A bit a piece, the lowest first.</param>
/// <param name="Sums">The sha256 of every piece, 32 bytes each; null where they were not asked for.</param>
public sealed record BlobOffer(
    [property: JsonPropertyName("size")] long Size,
    [property: JsonPropertyName("whole")] bool IsWhole,
    [property: JsonPropertyName("here")] byte[] Here,
    [property: JsonPropertyName("sums")] byte[]? Sums);

/// <summary>An image that a node has.</summary>
/// <param name="Id">Digest of its configuration.</param>
/// <param name="Manifest">Digest of its manifest.</param>
/// <param name="ManifestSize">Bytes.</param>
/// <param name="Names">With tags, and by the digests by which registries have it, or it was pushed.</param>
/// <param name="Size">Bytes of its layers, unpacked.</param>
public sealed record ImageOffer(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("manifest")] string Manifest,
    [property: JsonPropertyName("manifestSize")] long ManifestSize,
    [property: JsonPropertyName("names")] string[] Names,
    [property: JsonPropertyName("size")] long Size)
{
    /// <summary>Of the names, those by digest that no registry is known to have; null for none.</summary>
    [JsonPropertyName("own")]
    public string[]? OwnNames { get; init; }

    /// <summary>Of the names, those by digest that are lists of manifests, and whole there; null for none, and where
    /// all images are listed.</summary>
    [JsonPropertyName("lists")]
    public ListOffer[]? Lists { get; init; }

    /// <summary>The names of others that it is kept for, as a copy; null for none, and where all images are listed.
    /// </summary>
    [JsonPropertyName("for")]
    public string[]? KeptFor { get; init; }

    /// <summary>Whether its manifest has this digest, or one of its names.</summary>
    internal bool IsKnownBy(Digest digest) => Manifest == digest.Value
        || Names.Any(name => name.EndsWith($"@{digest}", StringComparison.Ordinal));
}

/// <summary>A list of manifests by whose digest a node knows an image.</summary>
/// <param name="Name">Repository and digest.</param>
/// <param name="Size">Bytes.</param>
/// <param name="MediaType">As it was pushed.</param>
public sealed record ListOffer(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("size")] long Size,
    [property: JsonPropertyName("type")] string MediaType);

/// <summary>A manifest, or list, that a node has in a repository.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="MediaType">As it was pushed.</param>
public sealed record ManifestOffer(
    [property: JsonPropertyName("size")] long Size,
    [property: JsonPropertyName("type")] string MediaType);

/// <summary>How these are written.</summary>
[JsonSerializable(typeof(BlobOffer))]
[JsonSerializable(typeof(ImageOffer))]
[JsonSerializable(typeof(ImageOffer[]))]
[JsonSerializable(typeof(ManifestOffer))]
public sealed partial class PeerJson : JsonSerializerContext;

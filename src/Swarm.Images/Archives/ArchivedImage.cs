using System.Collections.Immutable;
using Swarm.Core.Images;
using Swarm.Images.Blobs;
using Swarm.Images.Manifests;

namespace Swarm.Images.Archives;

/// <summary>One image of an archive: whole, every blob's digest as promised, not yet unpacked.</summary>
/// <param name="Manifest">As it came; null when it came without one.</param>
internal sealed record ArchivedImage(
    ImmutableArray<ImageReference> Names, StagedBlob? Manifest, StagedBlob Config, ConfigDocument Document,
    ImmutableArray<StagedBlob> Layers)
{
    /// <summary>Those of its names, by digest, that no registry is known to have.</summary>
    public ImmutableArray<ImageReference> OwnNames { get; init; } = [];

    public static byte[] ReadDocument(StagedBlob blob, string subject) =>
        blob.Size <= JsonReading.DocumentBytesMax
            ? File.ReadAllBytes(blob.Path)
            : throw new ImageException(
                ImageFault.Invalid, $"{subject}: {blob.Size} bytes, more than {JsonReading.DocumentBytesMax}");

    /// <exception cref="ImageException">The configuration is broken, or not of as many layers.</exception>
    public static ArchivedImage Create(
        ImmutableArray<ImageReference> names, StagedBlob? manifest, StagedBlob config, string subject,
        ImmutableArray<StagedBlob> layers) =>
        new(names, manifest, config, ReadConfig(config, subject, layers.Length), layers);

    /// <exception cref="ImageException">The configuration is broken, or not of as many layers.</exception>
    public static ConfigDocument ReadConfig(StagedBlob config, string subject, int layers)
    {
        var document = ConfigDocument.Read(ReadDocument(config, subject), subject);
        return document.DiffIds.Length == layers
            ? document
            : throw new ImageException(
                ImageFault.Invalid,
                $"{subject}: rootfs: diff_ids: {document.DiffIds.Length} digests for {layers} layers");
    }
}

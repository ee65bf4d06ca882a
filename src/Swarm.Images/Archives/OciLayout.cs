using System.Collections.Immutable;
using Swarm.Core.Images;
using Swarm.Images.Blobs;
using Swarm.Images.Manifests;

namespace Swarm.Images.Archives;

/// <summary>An OCI layout: <c>index.json</c> leads to manifests, they to blobs, each a file
/// named by its digest.</summary>
/// <param name="platform">For which the images of several are taken; null: for this host's.</param>
/// <remarks>https://github.com/opencontainers/image-spec/blob/main/image-layout.md</remarks>
internal sealed class OciLayout(IImageFiles files, ImagePlatform? platform)
{
    private const string Contents = "index.json";

    // Indexes in indexes: real ones have one or two.
    private const int NestingMax = 8;

    /// <summary>One image for each name; of several platforms the one that is wanted.</summary>
    /// <remarks>Where one was asked for, what has none for it is passed over.</remarks>
    public ImmutableArray<ArchivedImage> Read()
    {
        var images = ImmutableArray.CreateBuilder<ArchivedImage>();
        foreach (var group in ReadContents().Manifests.GroupBy(manifest => manifest.Name))
        {
            ImmutableArray<Descriptor?> chosen = group.All(manifest => manifest.Platform is null)
                ? [.. group]
                : [Choose([.. group], $"{files.Subject}: {Contents}")];
            images.AddRange(chosen.OfType<Descriptor>()
                .Select(manifest => ReadImage(manifest, NameOf(group.Key), NestingMax))
                .OfType<ArchivedImage>());
        }

        return images.ToImmutable();
    }

    /// <summary>Those that are named in its indexes.</summary>
    public IEnumerable<ImagePlatform> Platforms() =>
        Manifests(ReadContents(), NestingMax).Select(manifest => manifest.Platform).OfType<ImagePlatform>();

    /// <summary>The manifest of an image that is known by its configuration, when it and its
    /// layers are all here.</summary>
    public StagedBlob? FindManifest(Digest config, ImmutableArray<StagedBlob> layers)
    {
        foreach (var descriptor in Manifests(ReadContents(), NestingMax))
        {
            var blob = Get(descriptor);
            var manifest = ImageManifest.Read(
                ArchivedImage.ReadDocument(blob, SubjectOf(descriptor)), SubjectOf(descriptor));
            if (manifest.Config.Digest == config
                && manifest.Layers.Select(layer => layer.Digest).SequenceEqual(layers.Select(layer => layer.Digest)))
            {
                return blob;
            }
        }

        return null;
    }

    private ImageIndex ReadContents()
    {
        var subject = $"{files.Subject}: {Contents}";
        var contents = files.Find(Contents)
            ?? throw new ImageException(ImageFault.Invalid, $"{files.Subject}: no {Contents} is in it");
        return ImageIndex.Read(JsonReading.Parse(ArchivedImage.ReadDocument(contents, subject), subject));
    }

    // Docker lists platforms whose blobs it did not save.
    private IEnumerable<Descriptor> Manifests(ImageIndex index, int nesting)
    {
        foreach (var descriptor in index.Manifests
            .Where(descriptor => files.Find(PathOf(descriptor.Digest)) is not null))
        {
            var json = ReadJson(descriptor);
            if (!ImageIndex.IsIndex(json)) yield return descriptor;
            else if (nesting > 0)
            {
                foreach (var nested in Manifests(ImageIndex.Read(json), nesting - 1)) yield return nested;
            }
        }
    }

    private ArchivedImage? ReadImage(Descriptor descriptor, ImmutableArray<ImageReference> names, int nesting)
    {
        var subject = SubjectOf(descriptor);
        var json = ReadJson(descriptor);
        if (ImageIndex.IsIndex(json))
        {
            if (nesting == 0) throw new ImageException(ImageFault.Invalid, $"{subject}: indexes are nested too deep");
            return Choose(ImageIndex.Read(json).Manifests, subject) is { } chosen
                ? ReadImage(chosen, names, nesting - 1)
                : null;
        }

        var blob = Get(descriptor);
        var manifest = ImageManifest.Read(ArchivedImage.ReadDocument(blob, subject), subject);
        return ArchivedImage.Create(
            names, blob, Get(manifest.Config), SubjectOf(manifest.Config), [.. manifest.Layers.Select(Get)]);
    }

    private JsonReading ReadJson(Descriptor descriptor) =>
        JsonReading.Parse(ArchivedImage.ReadDocument(Get(descriptor), SubjectOf(descriptor)), SubjectOf(descriptor));

    private Descriptor? Choose(ImmutableArray<Descriptor> manifests, string subject)
    {
        var found = ImageIndex.Choose(manifests, platform ?? ImagePlatform.Host);
        return found is not null || platform is not null ? found : throw new ImageException(
            ImageFault.Unsupported,
            $"{subject}: has no image for {ImagePlatform.Host}, only for "
            + string.Join(", ", manifests.Select(manifest => manifest.Platform?.ToString())));
    }

    private StagedBlob Get(Descriptor descriptor)
    {
        var blob = files.Find(PathOf(descriptor.Digest))
            ?? throw new ImageException(ImageFault.Invalid, $"{files.Subject}: blob {descriptor.Digest} is not in it");
        if (blob.Size != descriptor.Size)
        {
            throw new ImageException(
                ImageFault.Invalid,
                $"{files.Subject}: blob {descriptor.Digest} has {blob.Size} bytes and should have {descriptor.Size}");
        }

        return blob.Digest == descriptor.Digest
            ? blob
            : throw new ImageException(
                ImageFault.Invalid, $"{files.Subject}: blob {descriptor.Digest} has the digest {blob.Digest}");
    }

    // Many tools write the tag alone, which names nothing.
    private static ImmutableArray<ImageReference> NameOf(string? text) =>
        text is not null
            && (text.Contains('/', StringComparison.Ordinal) || text.Contains(':', StringComparison.Ordinal))
            && ImageReference.TryParse(text, out var name, out _)
            ? [name]
            : [];

    private string SubjectOf(Descriptor descriptor) => $"{files.Subject}: {descriptor.Digest}";

    private static string PathOf(Digest digest) => $"blobs/sha256/{digest.Hex}";
}

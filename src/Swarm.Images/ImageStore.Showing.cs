using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Archives;
using Swarm.Images.Manifests;
using Swarm.Images.Names;

namespace Swarm.Images;

/// <summary>Images looked at, and written into archives.</summary>
public sealed partial class ImageStore
{
    /// <inheritdoc/>
    public ImageDetail Examine(string nameOrId)
    {
        using (_gate.Enter())
        {
            var image = Get(nameOrId);
            return new ImageDetail(
                Show(image), File.ReadAllBytes(_folders.Blob(image.Id)),
                [
                    .. image.Layers.Zip(UnpackedLayersOf(image), (layer, unpacked) => new StoredLayer(
                        layer.DiffId, unpacked.Path.Length == 0 ? "" : unpacked.Tree,
                        new Bytes(unpacked.Record.SizeBytes))),
                ])
            {
                Parent = image.Step == Nothing ? null : image.Step?.Parent,
                LastTagged = _catalog.LastNamed(image.Id),
            };
        }
    }

    /// <inheritdoc/>
    public StoredImage? FindBelow(ContainerId container)
    {
        using (_gate.Enter())
        {
            if (_snapshots.Find(container) is not { } snapshot || !Digest.TryParse(snapshot.Image, out var id))
                return null;
            if (_catalog.Find(id) is { } known) return Show(known);
            if (!File.Exists(_folders.Blob(id))) return null;

            var config = ConfigDocument.Read(File.ReadAllBytes(_folders.Blob(id)), $"configuration {id}");
            return new StoredImage(id, id, [], config.Configuration, new Bytes(0));
        }
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<Digest>> SaveAsync(
        IReadOnlyCollection<string> namesOrIds, string? platform, Stream archive, CancellationToken cancellation)
    {
        var wanted = platform is null ? null : ImagePlatform.Parse(platform);
        var holds = new List<IDisposable>();
        try
        {
            var saved = new SavedImages();
            foreach (var text in namesOrIds)
            {
                foreach (var name in NamesMeant(text))
                {
                    var (image, hold) = HoldWhole(name?.ToString() ?? text);
                    holds.Add(hold);
                    RequirePlatform(text, image, wanted);
                    saved.Add(image, name);
                }
            }

            await new ArchiveWriting(archive, digest => FindBlob(digest) ?? throw new ImageException(
                ImageFault.Invalid, $"blob {digest} is missing on this host")).WriteAsync(saved, cancellation);
            return saved.Ids;
        }
        finally
        {
            foreach (var hold in holds) hold.Dispose();
        }
    }

    /// <remarks>In the words of Docker.</remarks>
    private static void RequirePlatform(string name, KnownImage image, ImagePlatform? wanted)
    {
        var own = ImagePlatform.Of(image.Configuration);
        if (wanted is null || wanted == own) return;
        throw new ImageException(
            ImageFault.NotFound,
            $"no suitable export target found for platform {wanted}: image {name} is for {own}");
    }

    // A repository alone stands for all of its tags; an id for an image without a name.
    private ImmutableArray<ImageReference?> NamesMeant(string text)
    {
        using (_gate.Enter())
        {
            var isBare = !text.Contains('@', StringComparison.Ordinal)
                && text.LastIndexOf(':') <= text.LastIndexOf('/');
            if (isBare && ImageReference.TryParse(text, out var repository, out _)
                && _catalog.TagsOf(repository.Repository) is { IsEmpty: false } tags)
            {
                return [.. tags];
            }

            Get(text);
            return [ImageSearch.NameIn(_catalog, text) is { Tag: not null } name ? name : null];
        }
    }
}

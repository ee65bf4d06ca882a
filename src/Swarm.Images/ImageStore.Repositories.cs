using System.Collections.Immutable;
using System.Text.Json;
using Swarm.Core.Images;
using Swarm.Images.Blobs;
using Swarm.Images.Manifests;
using Swarm.Images.Names;
using Swarm.Images.Registry;
using Swarm.Images.Repositories;

namespace Swarm.Images;

/// <summary>The store as a registry shows it: what has a name on this host, and what was pushed besides.</summary>
public sealed partial class ImageStore
{
    private readonly RepositoryCatalog _repositories;

    internal ImmutableArray<string> Repositories()
    {
        using (_gate.Enter())
        {
            return
            [
                .. _catalog.Repositories
                    .Concat(_repositories.All.Where(one => one.Value.Manifests.Count > 0).Select(one => one.Key))
                    .Distinct().Order(StringComparer.Ordinal),
            ];
        }
    }

    internal ImmutableArray<string> RepositoriesWithBlob(Digest blob)
    {
        using (_gate.Enter())
        {
            return
            [
                .. _catalog.Repositories.Concat(_repositories.All.Keys).Distinct()
                    .Where(repository => HasBlob(repository, blob)).Order(StringComparer.Ordinal),
            ];
        }
    }

    /// <returns>Null when the repository has nothing at all.</returns>
    internal ImmutableArray<string>? TagsIn(ImageReference repository)
    {
        using (_gate.Enter())
        {
            var content = _repositories.Find(repository.Repository);
            var named = _catalog.NamesIn(repository.Repository);
            if (named.IsEmpty && content is null or { Manifests.Count: 0 }) return null;
            return
            [
                .. named.Select(name => name.Tag).Concat(content?.Tags.Keys ?? Enumerable.Empty<string>())
                    .OfType<string>().Distinct()
                    .Where(tag => MeaningOf(repository with { Tag = tag, Digest = null }) is not null)
                    .Order(StringComparer.Ordinal),
            ];
        }
    }

    /// <returns>Null when the repository has no such blob.</returns>
    internal StoredBlob? FindBlobIn(ImageReference repository, Digest digest)
    {
        using (_gate.Enter())
        {
            if (!HasBlob(repository.Repository, digest) || FindBlob(digest) is not { } blob) return null;
            RefreshLink(repository.Repository, digest);
            return new StoredBlob(digest, blob.Size, blob.Path);
        }
    }

    internal StoredManifest? FindManifestIn(ImageReference repository, string reference)
    {
        using (_gate.Enter())
        {
            var digest = Digest.TryParse(reference, out var given)
                ? given
                : MeaningOf(repository with { Tag = reference, Digest = null });
            if (digest is not { } found || FindBlob(found) is null) return null;

            var record = _repositories.Find(repository.Repository)?.Manifests.GetValueOrDefault(found);
            if (record is null && !IsManifestOfImage(repository.Repository, found)) return null;
            if (ReadSound(found) is not { } content) return null;
            if (record is not null) RefreshBrought(record);
            return new StoredManifest(found, record?.MediaType ?? TypeOf(content), content);
        }
    }

    /// <summary>A manifest of an image of this host in a repository: by which that came, or else by which it was
    /// pushed to that repository.</summary>
    /// <returns>Null when the repository has none.</returns>
    internal StoredManifest? FindManifestOf(ImageReference repository, Digest image)
    {
        using (_gate.Enter())
        {
            if (_catalog.Find(image) is not { } known) return null;
            var kept = _repositories.Find(repository.Repository)?.Manifests ?? [];
            return kept.Values.Where(one => !one.IsList && one.Blobs is [var config, ..] && config == image)
                .Select(one => one.Digest).OrderBy(digest => digest.Value, StringComparer.Ordinal)
                .Prepend(known.ManifestDigest)
                .Select(digest => FindManifestIn(repository, digest.Value)).OfType<StoredManifest>().FirstOrDefault();
        }
    }

    internal ImmutableArray<ManifestRecord> ManifestsAbout(ImageReference repository, string subject)
    {
        using (_gate.Enter()) return _repositories.Find(repository.Repository)?.About(subject) ?? [];
    }

    /// <returns>Null when it is not here any more, or broken.</returns>
    internal byte[]? ReadManifest(Digest digest)
    {
        using (_gate.Enter()) return FindBlob(digest) is null ? null : ReadSound(digest);
    }

    // What is broken is as if it were not here: it is brought anew.
    private byte[]? ReadSound(Digest manifest)
    {
        var path = _folders.Blob(manifest);
        var written = File.GetLastWriteTimeUtc(path);
        try
        {
            var content = File.ReadAllBytes(path);
            var digest = Digest.Of(content);
            if (digest == manifest) return content;

            LogRotten(manifest, path, digest);
            SetAside(new StagedBlob(path, manifest, content.Length), written);
        }
        catch (IOException lost) when (LostContent.IsIn(lost))
        {
            SetAsideUnread(new StagedBlob(path, manifest, Size: 0), written, lost);
        }

        return null;
    }

    /// <summary>What a tag means to a registry: of an image that has this name, the manifest that it came with.
    /// </summary>
    /// <remarks>A name that was given to another image since, or taken away, was not given by a push.</remarks>
    private Digest? MeaningOf(ImageReference name)
    {
        var tag = _repositories.FindTag(name);
        if (_catalog.Find(name) is { } image)
            return tag is not null && tag.Image == image.Id ? tag.Digest : image.ManifestDigest;
        return tag is { Image: null } ? tag.Digest : null;
    }

    private bool HasBlob(string repository, Digest digest) =>
        _repositories.Find(repository)?.Links.ContainsKey(digest) == true || IsPart(repository, digest);

    private bool IsPart(string repository, Digest digest) =>
        _repositories.Find(repository)?.IsPart(digest) == true
        || ImagesIn(repository).Any(
            image => image.Id == digest || image.Layers.Any(layer => layer.Blob == digest));

    /// <summary>Whether a name means an image that came by this manifest, itself or in a list.</summary>
    /// <remarks>Where the name means another manifest by now, that one is given, and this one is gone.</remarks>
    private bool IsManifestOfImage(string repository, Digest digest)
    {
        var kept = _repositories.Find(repository)?.Manifests;
        return _catalog.NamesIn(repository).Any(
            name => _catalog.Find(name)?.ManifestDigest == digest
                && ((name.Digest ?? MeaningOf(name)) is not { } meant || meant == digest
                    || kept?.GetValueOrDefault(meant) is not { } record || record.Children.Contains(digest)));
    }

    private IEnumerable<KnownImage> ImagesIn(string repository) =>
        _catalog.NamesIn(repository).Select(name => _catalog.Find(name)).OfType<KnownImage>().Distinct();

    /// <summary>What tags and names mean in a repository: from there the rest is reached.</summary>
    private HashSet<Digest> NamedIn(string repository, RepositoryContent content) =>
    [
        .. content.Tags.Values.Where(tag => MeaningOf(Name(tag)) == tag.Digest).Select(tag => tag.Digest),
        .. _catalog.NamesIn(repository).Select(name => name.Digest ?? MeaningOf(name)).OfType<Digest>(),
    ];

    private static ImageReference Name(TagRecord tag) => ImageReference.Parse($"{tag.Repository}:{tag.Tag}");

    // Of what came by other ways than a push, only what it says itself is known.
    private static string TypeOf(byte[] manifest)
    {
        try
        {
            var json = JsonReading.Parse(manifest, "manifest");
            return json.TextOr("mediaType", "") is { Length: > 0 } own ? own
                : ImageIndex.IsIndex(json) ? MediaTypes.OciIndex : MediaTypes.OciManifest;
        }
        catch (Exception broken) when (broken is ImageException or JsonException)
        {
            return MediaTypes.OciManifest;
        }
    }
}

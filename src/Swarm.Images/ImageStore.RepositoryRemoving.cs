using System.Collections.Immutable;
using Swarm.Core.Images;
using Swarm.Images.Copies;
using Swarm.Images.Repositories;

namespace Swarm.Images;

public sealed partial class ImageStore
{
    /// <summary>Takes away a tag; the image or manifest that it meant stays.</summary>
    /// <returns>The name, if it was one of an image of this host; null when it means nothing.</returns>
    internal ImmutableArray<TakenName>? RemoveTagIn(ImageReference name)
    {
        using (_gate.Enter())
        {
            if (MeaningOf(name) is not { } meant) return null;
            Touch(name.Repository, meant);
            return RemoveTag(name) is { } taken ? [taken] : [];
        }
    }

    /// <summary>Takes away a manifest with all tags that mean it.</summary>
    /// <returns>The names of images among those; null when there is no such manifest.</returns>
    internal ImmutableArray<TakenName>? RemoveManifestIn(ImageReference repository, Digest digest)
    {
        var unnamed = ImmutableArray.CreateBuilder<TakenName>();
        HashSet<Digest> images;
        using (_gate.Enter())
        {
            if (FindManifestIn(repository, digest.Value) is null) return null;
            images = [.. ImagesIn(repository.Repository).Select(image => image.Id)];
            foreach (var tag in TagsIn(repository) ?? [])
            {
                var name = repository with { Tag = tag, Digest = null };
                if (MeaningOf(name) == digest && RemoveTag(name) is { } taken) unnamed.Add(taken);
            }

            unnamed.AddRange(TakeFromLists(repository.Repository, digest));

            var byDigest = repository with { Tag = null, Digest = digest };
            if (_catalog.Find(byDigest) is not null) _catalog.RemoveName(byDigest);
            if (_repositories.Find(repository.Repository)?.Manifests.GetValueOrDefault(digest) is { } record)
                _repositories.Remove([record]);
            images.RemoveWhere(image => !_catalog.NamesOf(image).IsEmpty);
        }

        foreach (var image in images) RemoveUnused(image, names: [], isKeptCopy: true);
        SweepAfterRemoval();
        return unnamed.ToImmutable();
    }

    /// <summary>Removes manifests and blobs to which nothing has led for long enough.</summary>
    internal void RemoveUnreached(DateTimeOffset untaggedSince, DateTimeOffset unfinishedSince)
    {
        List<ManifestRecord> manifests = [];
        List<LinkRecord> links = [];
        List<Digest> images;
        using (_gate.Enter())
        {
            images = ForgetPushes(untaggedSince);
            foreach (var (repository, content) in _repositories.All.ToList())
            {
                foreach (var tag in content.Tags.Values.Where(tag => MeaningOf(Name(tag)) != tag.Digest).ToList())
                {
                    Touch(repository, tag.Digest);
                    _repositories.Remove([tag]);
                }

                manifests.AddRange(RepositoryRules.Unreached(
                    content.Manifests, NamedIn(repository, content), untaggedSince));
                links.AddRange(content.Links.Values.Where(link => link.Since < unfinishedSince));
            }

            _repositories.Remove(manifests);
            _repositories.Remove(links);
        }

        foreach (var image in images) RemoveUnused(image, names: [], isKeptCopy: false);
        if (manifests.Count + links.Count == 0) return;
        LogUnreached(manifests.Count, links.Count);
        SweepAfterRemoval();
    }

    /// <summary>Takes away the digests by which images were pushed here that no tag means any more, and that nothing
    /// has used for as long.</summary>
    /// <returns>The images that have no name left.</returns>
    private List<Digest> ForgetPushes(DateTimeOffset untaggedSince)
    {
        List<Digest> nameless = [];
        foreach (var image in _catalog.Images.Select(image => image.Id).ToList())
        {
            if (IsTagged(image) || _catalog.OwnNamesOf(image) is not { IsEmpty: false } pushed || IsNeeded(image)
                || _marks.Of(image) is CopyMark.Kept or CopyMark.Spare || _catalog.LastUsed(image) >= untaggedSince)
            {
                continue;
            }

            foreach (var name in pushed.Where(name => !IsYounger(name, untaggedSince))) _catalog.RemoveName(name);
            if (_catalog.NamesOf(image).IsEmpty) nameless.Add(image);
        }

        return nameless;
    }

    private bool IsYounger(ImageReference pushed, DateTimeOffset since) =>
        _repositories.Find(pushed.Repository)?.Manifests.GetValueOrDefault(pushed.Digest!.Value)?.Since >= since;

    // Who removes an image by its name means all that came by it.
    private void ForgetNames(ImmutableArray<ImageReference> names)
    {
        foreach (var repository in names.GroupBy(name => name.Repository))
        {
            if (_repositories.Find(repository.Key) is not { } content) continue;
            var tags = repository.Select(_repositories.FindTag).OfType<TagRecord>().ToList();
            var taken = tags.Select(tag => tag.Digest).Concat(repository.Select(name => name.Digest).OfType<Digest>())
                .ToList();
            _repositories.Remove(tags);
            _repositories.Remove(
                RepositoryRules.GoingWith(content.Manifests, NamedIn(repository.Key, content), taken));
        }
    }

    /// <summary>Takes the names of lists from the image that came by this manifest of them: the tags go on to mean the
    /// lists, and what is taken away is had by none of them.</summary>
    private List<TakenName> TakeFromLists(string repository, Digest manifest)
    {
        List<TakenName> unnamed = [];
        var kept = _repositories.Find(repository)?.Manifests;
        foreach (var name in _catalog.NamesIn(repository))
        {
            if (_catalog.Find(name) is not { } image || image.ManifestDigest != manifest
                || (name.Digest ?? MeaningOf(name)) is not { } list
                || kept?.GetValueOrDefault(list)?.Children.Contains(manifest) != true)
            {
                continue;
            }

            if (_repositories.FindTag(name) is { } tag) _repositories.Keep(tag with { Image = null });
            _catalog.RemoveName(name);
            if (name.Tag is not null) unnamed.Add(new TakenName(name, image.Id));
        }

        return unnamed;
    }

    private TakenName? RemoveTag(ImageReference name)
    {
        if (_repositories.FindTag(name) is { } tag) _repositories.Remove([tag]);
        if (_catalog.Find(name) is not { } image) return null;
        _catalog.RemoveName(name);
        return new TakenName(name, image.Id);
    }
}

using Swarm.Core.Images;
using Swarm.Images.Names;

namespace Swarm.Images.Repositories;

/// <summary>What the repositories of this node have: a small file for each manifest, tag and loose blob, and all of
/// them in memory.</summary>
/// <remarks>Not safe for use by several at once: the store locks. Told in docs/registry.md.</remarks>
internal sealed class RepositoryCatalog
{
    private readonly Dictionary<string, RepositoryContent> _repositories = new(StringComparer.Ordinal);
    private readonly RecordFolder<ManifestRecord> _manifests;
    private readonly RecordFolder<TagRecord> _tags;
    private readonly RecordFolder<LinkRecord> _links;

    public RepositoryCatalog(StoreFolders folders)
    {
        _manifests = new RecordFolder<ManifestRecord>(
            folders, folders.Manifests, StoreJson.Default.ManifestRecord, one => $"{one.Repository}@{one.Digest}");
        _tags = new RecordFolder<TagRecord>(
            folders, folders.Tags, StoreJson.Default.TagRecord, one => $"{one.Repository}:{one.Tag}");
        _links = new RecordFolder<LinkRecord>(
            folders, folders.Links, StoreJson.Default.LinkRecord, one => $"{one.Repository}@{one.Digest}");
        foreach (var one in _manifests.ReadAll()) Of(one.Repository).Manifests.Add(one.Digest, one);
        foreach (var one in _tags.ReadAll()) Of(one.Repository).Tags.Add(one.Tag, one);
        foreach (var one in _links.ReadAll()) Of(one.Repository).Links.Add(one.Digest, one);
    }

    /// <summary>Records that could not be read. As long as there are any, it is not known what is needed.</summary>
    public IEnumerable<BrokenRecord> Broken => [.. _manifests.Broken, .. _tags.Broken, .. _links.Broken];

    public IReadOnlyDictionary<string, RepositoryContent> All => _repositories;

    /// <summary>Manifests that did not come from other nodes.</summary>
    public int OwnCount => _repositories.Values.Sum(content => content.Manifests.Values.Count(one => !one.IsBrought));

    public int LinkCount => _repositories.Values.Sum(content => content.Links.Count);

    /// <summary>Every blob that has to stay.</summary>
    public IEnumerable<Digest> Needed => _repositories.Values.SelectMany(content => content.Manifests.Values
        .SelectMany(manifest => manifest.Blobs.Append(manifest.Digest))
        .Concat(content.Links.Keys));

    public RepositoryContent? Find(string repository) => _repositories.GetValueOrDefault(repository);

    public TagRecord? FindTag(ImageReference name) =>
        name.Tag is { } tag ? Find(name.Repository)?.Tags.GetValueOrDefault(tag) : null;

    public void Keep(ManifestRecord manifest)
    {
        _manifests.Write(manifest);
        Of(manifest.Repository).Manifests[manifest.Digest] = manifest;
    }

    public void Keep(TagRecord tag)
    {
        _tags.Write(tag);
        Of(tag.Repository).Tags[tag.Tag] = tag;
    }

    public void Keep(LinkRecord link)
    {
        _links.Write(link);
        Of(link.Repository).Links[link.Digest] = link;
    }

    public void Remove(IReadOnlyCollection<ManifestRecord> manifests)
    {
        if (manifests.Count == 0) return;
        _manifests.Delete(manifests);
        foreach (var one in manifests) Of(one.Repository).Manifests.Remove(one.Digest);
        DropEmpty(manifests.Select(one => one.Repository));
    }

    public void Remove(IReadOnlyCollection<TagRecord> tags)
    {
        if (tags.Count == 0) return;
        _tags.Delete(tags);
        foreach (var one in tags) Of(one.Repository).Tags.Remove(one.Tag);
        DropEmpty(tags.Select(one => one.Repository));
    }

    public void Remove(IReadOnlyCollection<LinkRecord> links)
    {
        if (links.Count == 0) return;
        _links.Delete(links);
        foreach (var one in links) Of(one.Repository).Links.Remove(one.Digest);
        DropEmpty(links.Select(one => one.Repository));
    }

    private RepositoryContent Of(string repository) =>
        _repositories.TryGetValue(repository, out var content)
            ? content
            : _repositories[repository] = new RepositoryContent();

    private void DropEmpty(IEnumerable<string> repositories)
    {
        foreach (var one in repositories)
        {
            if (Find(one) is { IsEmpty: true }) _repositories.Remove(one);
        }
    }
}

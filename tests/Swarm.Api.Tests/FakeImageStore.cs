using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images;
using Swarm.Images.Trees;

namespace Swarm.Api.Tests;

/// <summary>Images in memory: the bytes of an archive are its image, named by their text.</summary>
internal sealed class FakeImageStore : IImageStore
{
    private readonly Dictionary<Digest, ImmutableArray<ImageReference>> _images = [];

    public ImageConfiguration Imported { get; private set; } = new();

    /// <summary>Of every image.</summary>
    public ImageConfiguration Configuration { get; set; } = new() { Command = ["sh"] };

    /// <summary>Which image was built from which.</summary>
    public Dictionary<Digest, Digest> Parents { get; } = [];

    public string ImportComment { get; private set; } = "";

    public long BytesRead { get; private set; }

    public HashSet<Digest> InUse { get; } = [];

    /// <summary>Beginnings of ids that several images have.</summary>
    public HashSet<string> Ambiguous { get; } = [];

    /// <summary>Those that are here only because the cluster wants so many copies.</summary>
    public HashSet<Digest> Kept { get; } = [];

    /// <summary>What builds made on the way.</summary>
    public HashSet<Digest> Steps { get; } = [];

    private static IReadOnlySet<ContainerId> Empty => ImmutableHashSet<ContainerId>.Empty;

    /// <summary>Thrown by what changes the store, where it is set.</summary>
    public ImageException? Broken { get; set; }

    /// <summary>Gives an image a name, and takes it from whichever had it.</summary>
    public Digest Add(ReadOnlySpan<byte> content, string name)
    {
        var named = new ImageReference("docker.io", "library/" + name.Split(':')[0], name.Split(':')[1]);
        foreach (var (id, names) in _images.ToArray()) _images[id] = names.Remove(named);
        return Keep(Digest.Of(content), named).Id;
    }

    /// <summary>For which it was loaded or saved last.</summary>
    public string? Platform { get; private set; }

    public async Task<ImmutableArray<LoadedImage>> LoadAsync(
        Stream archive, string? platform, CancellationToken cancellation)
    {
        Platform = platform;
        if (Broken is not null) throw Broken;

        var name = new ImageReference("docker.io", "library/loaded", "latest");
        return [Keep(await ReadAsync(archive, cancellation), name)];
    }

    public Task<ImmutableArray<LoadedImage>> LoadLayoutAsync(string folder, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public async Task<LoadedImage> ImportAsync(
        Stream tar, ImageReference? name, ImageConfiguration configuration, string comment,
        CancellationToken cancellation)
    {
        (Imported, ImportComment) = (configuration, comment);
        return Keep(await ReadAsync(tar, cancellation), name);
    }

    public ImmutableArray<string> Warnings() => Broken is null ? [] : [Broken.Message];

    public ImmutableArray<ImageSummary> List() =>
    [
        .. _images.Select(image => new ImageSummary(
            image.Key, image.Value, DateTimeOffset.UnixEpoch, new Bytes(1000),
            ImmutableSortedDictionary<string, string>.Empty)
        {
            IsKeptCopy = Kept.Contains(image.Key),
            IsIntermediate = Steps.Contains(image.Key),
        }),
    ];

    public ImmutableArray<NodeImage> Here => [.. _images.Keys.Select(id => new NodeImage(id, []))];

    public StoredImage? Find(string nameOrId) => Ambiguous.Contains(nameOrId)
        ? throw new ImageException(ImageFault.Ambiguous, $"several images have ids that begin with {nameOrId}")
        : _images
            .Where(image => image.Key.Value == nameOrId || image.Value.Any(name => IsNamed(name, nameOrId)))
            .Select(image => new StoredImage(
                image.Key, Digest.Of("manifest"u8), image.Value, Configuration, new Bytes(1000)))
            .FirstOrDefault();

    public StoredImage Tag(string nameOrId, ImageReference name)
    {
        var image = Find(nameOrId) ?? throw new ImageException(ImageFault.NotFound, $"No such image: {nameOrId}");
        _images[image.Id] = [.. image.Names, name];
        return Find(nameOrId)!;
    }

    /// <summary>By which manifests tags were given.</summary>
    public Dictionary<ImageReference, Digest> Manifests { get; } = [];

    public Digest? ManifestOf(ImageReference tag) =>
        Manifests.TryGetValue(tag, out var manifest) ? manifest : null;

    public Digest? UntoldManifestOf(ImageReference tag, Digest image) => null;

    public void MarkTold(ImageReference tag, Digest manifest)
    {
    }

    public bool FollowTag(ImageReference tag, Digest image, Digest manifest)
    {
        Manifests[tag] = manifest;
        return true;
    }

    public Task<ImmutableArray<TreeChange>> FindChangesAsync(
        ContainerId container, IReadOnlySet<string> ignored, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<Bytes> WritableSizeAsync(ContainerId container, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<bool> UnpackAsync(Digest imageId, CancellationToken cancellation) => Task.FromResult(false);

    public Task<LoadedImage> CommitAsync(
        ContainerId container, ImageCommit commit, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public ImageDetail Examine(string nameOrId) => new(
        Find(nameOrId) ?? throw new ImageException(ImageFault.NotFound, $"No such image: {nameOrId}"),
        """
        {"config":{"Cmd":["sh"],"Image":"kept as it is"},"docker_version":"20.10",
         "history":[{"created":"2020-01-01T00:00:00Z","created_by":"ADD file"},
                    {"created":"2020-01-02T00:00:00Z","created_by":"CMD sh","empty_layer":true}]}
        """u8.ToArray(),
        [new StoredLayer(Digest.Of("layer"u8), "/layers/one/tree", new Bytes(700))])
    {
        Parent = Parents.TryGetValue(Find(nameOrId)!.Id, out var parent) ? parent : null,
    };

    public StoredImage? FindBelow(ContainerId container) => null;

    public async Task<ImmutableArray<Digest>> SaveAsync(
        IReadOnlyCollection<string> namesOrIds, string? platform, Stream archive, CancellationToken cancellation)
    {
        Platform = platform;
        var repositories = _images.SelectMany(image => image.Value).ToLookup(name => name.FamiliarRepository);
        var named = namesOrIds.SelectMany(name => repositories.Contains(name)
            ? repositories[name].Select(one => one.Familiar)
            : [name]).ToList();
        if (named.Find(name => Find(name) is null) is { } missing)
            throw new ImageException(ImageFault.NotFound, $"No such image: {missing}");
        await archive.WriteAsync("archive"u8.ToArray(), cancellation);
        return [.. named.Select(name => Find(name)!.Id)];
    }

    public IDisposable? HoldImage(string nameOrId) => Find(nameOrId) is null ? null : new MemoryStream();

    public ImageRemoval Remove(string nameOrId, bool force, IReadOnlySet<ContainerId> running)
    {
        var image = Find(nameOrId) ?? throw new ImageException(ImageFault.NotFound, $"No such image: {nameOrId}");
        if (InUse.Contains(image.Id) && !force) throw new ImageException(ImageFault.InUse, $"{nameOrId} is in use");

        _images.Remove(image.Id);
        return new ImageRemoval(image.Id, image.Names, [image.Id], new Bytes(1000));
    }

    public ImageRemoval? RemoveUnused(ImageSummary seen) =>
        InUse.Contains(seen.Id) ? null : Remove(seen.Id.Value, true, Empty);

    public Task<string> MountRootAsync(ContainerId container, Digest imageId, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<string> MountRootAsync(
        ContainerId container, Digest imageId, WritableLayer layer, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public void UnmountRoot(ContainerId container, bool discard) => throw new NotSupportedException();

    public ImageUse MeasureUse() => new(
        Bytes.Zero, _images.Keys.ToImmutableDictionary(id => id, _ => new Bytes(300)));

    public Bytes MeasureBlobs() => new(400);

    public LayerPlaces? PlacesOf(ContainerId container) => null;

    public ImmutableArray<ContainerId> WritableLayers() => [];

    private async Task<Digest> ReadAsync(Stream content, CancellationToken cancellation)
    {
        using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(
            System.Security.Cryptography.HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        for (int read; (read = await content.ReadAsync(buffer, cancellation)) > 0; BytesRead += read)
        {
            hash.AppendData(buffer.AsSpan(0, read));
        }

        return Digest.OfHash(hash.GetHashAndReset());
    }

    private LoadedImage Keep(Digest image, ImageReference? name)
    {
        _images[image] = name is null ? [] : [name];
        return new LoadedImage(image, _images[image]);
    }

    private static bool IsNamed(ImageReference name, string text) =>
        name.Familiar == text || name.Familiar == text + ":latest"
        || (ImageReference.TryParse(text, out var read, out _) && read == name);
}

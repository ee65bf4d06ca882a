using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Builds;
using Swarm.Images.Layers;
using Swarm.Images.Manifests;
using Swarm.Linux.Files;

namespace Swarm.Images.Names;

/// <summary>One image as the store knows it.</summary>
internal sealed record KnownImage(
    Digest Id, Digest ManifestDigest, ImageConfiguration Configuration, ImmutableArray<ImageLayer> Layers, Bytes Size)
{
    /// <summary>Where it is a step of a build: which.</summary>
    public BuildStep? Step { get; init; }

    /// <summary>Whether a build ended with it.</summary>
    public bool IsResult { get; init; }
}

/// <summary>Which images there are and what they are called: a small file for each, and all of
/// them in memory.</summary>
/// <remarks>Not safe for use by several at once: the store locks.</remarks>
internal sealed class Catalog
{
    private readonly StoreFolders _folders;
    private readonly Dictionary<Digest, KnownImage> _images = [];
    private readonly Dictionary<ImageReference, Digest> _names = [];
    private readonly HashSet<ImageReference> _own = [];
    private readonly List<BrokenRecord> _broken = [];
    private readonly HashSet<Digest> _unkept = [];

    /// <remarks>A record that is not what the store wrote is set aside as <c>NAME.broken</c>: it costs its own image
    /// or name, and nothing of it is lost.</remarks>
    public Catalog(StoreFolders folders)
    {
        _folders = folders;
        foreach (var path in RecordsIn(folders.Images)) ReadOrSetAside(path, ReadImage);
        foreach (var path in RecordsIn(folders.Names)) ReadOrSetAside(path, ReadName);
    }

    /// <summary>Called after images or names have changed.</summary>
    public Action Changed { get; set; } = () => { };

    /// <summary>Records that could not be read, as long as they are there.</summary>
    public IEnumerable<BrokenRecord> Broken => _broken.Where(record => File.Exists(record.Path));

    /// <summary>An image may be among them of which nothing is known but its blobs and layers.</summary>
    public bool LacksImages => Broken.Any(record => Path.GetDirectoryName(record.Path) == _folders.Images);

    public IReadOnlyCollection<KnownImage> Images => _images.Values;

    public KnownImage? Find(Digest id) => _images.GetValueOrDefault(id);

    public KnownImage? Find(ImageReference name) => _names.TryGetValue(name, out var id) ? _images[id] : null;

    /// <summary>The record of a name or id that could not be read; null when there is none.</summary>
    public BrokenRecord? FindBroken(string nameOrId)
    {
        var path = Digest.TryParse(nameOrId, out var id) || Digest.TryParse("sha256:" + nameOrId, out id)
            ? PathOf(id)
            : ImageReference.TryParse(nameOrId, out var name, out _) ? PathOf(name) : "";
        return Broken.FirstOrDefault(record => record.Path == path || record.Path == path + BrokenRecord.Suffix);
    }

    public ImmutableArray<ImageReference> NamesOf(Digest id) =>
    [
        .. _names.Where(name => name.Value == id)
            .Select(name => name.Key)
            .OrderBy(name => name.ToString(), StringComparer.Ordinal),
    ];

    /// <summary>Of the names of an image those by digest that came with a push to a node: no registry is known to have
    /// them.</summary>
    public ImmutableArray<ImageReference> OwnNamesOf(Digest id) => [.. NamesOf(id).Where(_own.Contains)];

    /// <summary>Repositories of which there are names.</summary>
    public IEnumerable<string> Repositories => _names.Keys.Select(name => name.Repository).Distinct();

    /// <summary>Tags and digests by which images of a repository are known.</summary>
    public ImmutableArray<ImageReference> NamesIn(string repository) =>
        [.. _names.Keys.Where(name => name.Repository == repository)];

    /// <summary>The tags of a repository, in their order.</summary>
    public ImmutableArray<ImageReference> TagsOf(string repository) =>
    [
        .. _names.Keys.Where(name => name.Tag is not null && name.Repository == repository)
            .OrderBy(name => name.Tag, StringComparer.Ordinal),
    ];

    /// <summary>When an image got the newest of its names; null when it has none.</summary>
    public DateTimeOffset? LastNamed(Digest id)
    {
        var times = NamesOf(id).Select(name => new DateTimeOffset(File.GetLastWriteTimeUtc(PathOf(name)))).ToList();
        return times.Count == 0 ? null : times.Max();
    }

    /// <summary>When an image was used last, as was noted.</summary>
    public DateTimeOffset LastUsed(Digest id) => new(File.GetLastWriteTimeUtc(PathOf(id)));

    /// <summary>Notes that an image is used now: its record has the time.</summary>
    public void NoteUse(Digest id, DateTimeOffset now)
    {
        if (!_images.ContainsKey(id) || _unkept.Contains(id)) return;
        try
        {
            File.SetLastWriteTimeUtc(PathOf(id), now.UtcDateTime);
        }
        catch (IOException)
        {
            // It only counts as used longer ago than it was.
        }
    }

    /// <summary>Keeps an image whose blobs and layers are in their place.</summary>
    public void Add(KnownImage image)
    {
        // The same image may have been built here, and come once more from elsewhere.
        if (image.Step is null && Find(image.Id) is { Step: not null } built)
            image = image with { Step = built.Step, IsResult = built.IsResult };
        _folders.WriteWhole(PathOf(image.Id), Serialize(image));
        File.Delete(PathOf(image.Id) + BrokenRecord.Suffix);
        _images[image.Id] = image;
        _unkept.Remove(image.Id);
        Changed();
    }

    /// <summary>Knows an image from now on, and keeps it only at <see cref="KeepAll"/>. A result stays one.</summary>
    public void AddUnkept(KnownImage image)
    {
        if (Find(image.Id) is { Step: null } or { IsResult: true }) image = image with { IsResult = true };
        _images[image.Id] = image;
        _unkept.Add(image.Id);
    }

    public IReadOnlySet<Digest> Unkept => _unkept;

    /// <summary>Writes the records aside of the images that are not kept yet.</summary>
    /// <remarks>Their blobs and layers must be on the disk before they are put into their places.</remarks>
    public ImmutableArray<(KnownImage Image, string Path)> WriteUnkept(Func<string> newPath)
    {
        var written = _unkept.Select(id => (_images[id], newPath())).ToImmutableArray();
        foreach (var (image, path) in written) File.WriteAllBytes(path, Serialize(image));
        return written;
    }

    /// <summary>Puts records into their places that were written aside and are on the disk.</summary>
    public void KeepAll(ImmutableArray<(KnownImage Image, string Path)> written)
    {
        // Removed meanwhile, or written anew: nothing is to be kept.
        foreach (var (image, path) in written.Where(one => _unkept.Contains(one.Image.Id)))
        {
            StoreFolders.Move(path, PathOf(image.Id));
            if (_images[image.Id] == image) _unkept.Remove(image.Id); // else it has become a result meanwhile
        }

        Durability.SyncFolder(_folders.Images);
    }

    /// <summary>Whether an image was built from this one.</summary>
    public bool HasChildren(Digest id) => _images.Values.Any(image => image.Step?.Parent == id);

    /// <summary>Makes a name mean an image; what it meant before keeps its other names.</summary>
    /// <param name="isOwn">Of a name by digest: whether it came with a push to a node. What a registry has once, it is
    /// known to have.</param>
    public void Name(ImageReference name, Digest image, bool isOwn = false)
    {
        isOwn &= !_names.ContainsKey(name) || _own.Contains(name);
        var record = new NameRecord(name.ToString(), image.Value, isOwn);
        _folders.WriteWhole(PathOf(name), JsonSerializer.SerializeToUtf8Bytes(record, StoreJson.Default.NameRecord));
        File.Delete(PathOf(name) + BrokenRecord.Suffix);
        _names[name] = image;
        if (isOwn) _own.Add(name);
        else _own.Remove(name);
        Changed();
    }

    public void RemoveName(ImageReference name)
    {
        StoreFolders.Delete(PathOf(name));
        Durability.SyncFolder(_folders.Names);
        _names.Remove(name);
        _own.Remove(name);
        Changed();
    }

    /// <summary>Forgets an image that has no names; its blobs and layers are left.</summary>
    public void Remove(Digest id)
    {
        StoreFolders.Delete(PathOf(id));
        Durability.SyncFolder(_folders.Images);
        _images.Remove(id);
        _unkept.Remove(id);
        Changed();
    }

    private static byte[] Serialize(KnownImage image) => JsonSerializer.SerializeToUtf8Bytes(
        new ImageRecord(
            image.ManifestDigest.Value, image.Size.Value, image.Step?.Parent.Value, image.Step?.Key, image.IsResult),
        StoreJson.Default.ImageRecord);

    private string[] RecordsIn(string folder)
    {
        var aside = Directory.GetFiles(folder, "*" + BrokenRecord.Suffix);
        _broken.AddRange(aside.Select(path => new BrokenRecord(path, "set aside when swarmd started before")));
        return [.. Directory.GetFiles(folder).Except(aside).Order(StringComparer.Ordinal)];
    }

    private void ReadOrSetAside(string path, Action<string> read)
    {
        try
        {
            read(path);
        }
        catch (ImageException broken)
        {
            var aside = path + BrokenRecord.Suffix;
            File.Move(path, aside, overwrite: true);
            Durability.SyncFolder(Path.GetDirectoryName(path)!);
            _broken.Add(new BrokenRecord(aside, broken.Message));
        }
        catch (IOException unread)
        {
            _broken.Add(new BrokenRecord(path, unread.Message)); // the disk's fault, and perhaps not for ever
        }
    }

    private void ReadImage(string path)
    {
        var id = Digest.TryParse("sha256:" + Path.GetFileNameWithoutExtension(path), out var digest)
            ? digest
            : throw new ImageException(ImageFault.Invalid, $"{path}: is no record of an image");
        _images.Add(id, Read(id, StoreJson.Read(path, StoreJson.Default.ImageRecord), path));
    }

    private void ReadName(string path)
    {
        var record = StoreJson.Read(path, StoreJson.Default.NameRecord);
        if (!ImageReference.TryParse(record.Name, out var name, out _)
            || !Digest.TryParse(record.Image, out var image)
            || path != PathOf(name))
        {
            throw new ImageException(ImageFault.Invalid, $"{path}: is no record of a name");
        }

        if (!_images.ContainsKey(image))
        {
            if (!LacksImages) File.Delete(path); // it was lost: the name does not mean what has that id later
            return;
        }

        _names.Add(name, image);
        if (record.IsOwn) _own.Add(name);
    }

    private KnownImage Read(Digest id, ImageRecord record, string path)
    {
        if (!Digest.TryParse(record.Manifest, out var manifestDigest))
            throw new ImageException(ImageFault.Invalid, $"{path}: '{record.Manifest}' is no digest");

        try
        {
            var manifest = ImageManifest.Read(
                File.ReadAllBytes(_folders.Blob(manifestDigest)), $"manifest {manifestDigest}");
            var config = ConfigDocument.Read(File.ReadAllBytes(_folders.Blob(id)), $"configuration {id}");
            var image = Create(
                id, manifestDigest, config, manifest.Layers.Select(layer => layer.Digest), new Bytes(record.SizeBytes));
            return image with
            {
                Step = record.Step is { } key && Digest.TryParse(record.Parent, out var parent)
                    ? new BuildStep(parent, key)
                    : null,
                IsResult = record.IsResult,
            };
        }
        catch (FileNotFoundException missing)
        {
            throw new ImageException(ImageFault.Invalid, $"{path}: the blob {missing.FileName} is missing", missing);
        }
    }

    private KnownImage Create(
        Digest id, Digest manifest, ConfigDocument config, IEnumerable<Digest> blobs, Bytes size) => new(
        id, manifest, config.Configuration,
        [
            .. blobs.Zip(config.DiffIds, config.ChainIds)
                .Select(layer => new ImageLayer(layer.Second, layer.Third, layer.First, _folders.Blob(layer.First))),
        ],
        size);

    private string PathOf(Digest image) => Path.Combine(_folders.Images, image.Hex + ".json");

    // A name has slashes and can be longer than the name of a file.
    private string PathOf(ImageReference name) => Path.Combine(
        _folders.Names, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name.ToString()))) + ".json");
}

using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Layers;
using Swarm.Images.Manifests;
using Swarm.Linux.Files;

namespace Swarm.Images.Names;

/// <summary>One image as the store knows it.</summary>
internal sealed record KnownImage(
    Digest Id, Digest ManifestDigest, ImageConfiguration Configuration, ImmutableArray<ImageLayer> Layers, Bytes Size);

/// <summary>Which images there are and what they are called: a small file for each, and all of
/// them in memory.</summary>
/// <remarks>Not safe for use by several at once: the store locks.</remarks>
internal sealed class Catalog
{
    private readonly StoreFolders _folders;
    private readonly Dictionary<Digest, KnownImage> _images = [];
    private readonly Dictionary<ImageReference, Digest> _names = [];

    /// <exception cref="ImageException">Which file is not what the store wrote.</exception>
    public Catalog(StoreFolders folders)
    {
        _folders = folders;
        foreach (var path in Directory.GetFiles(folders.Images))
        {
            var id = Digest.TryParse("sha256:" + Path.GetFileNameWithoutExtension(path), out var digest)
                ? digest
                : throw new ImageException(ImageFault.Invalid, $"{path}: is no record of an image");
            _images.Add(id, Read(id, StoreJson.Read(path, StoreJson.Default.ImageRecord), path));
        }

        foreach (var path in Directory.GetFiles(folders.Names))
        {
            var record = StoreJson.Read(path, StoreJson.Default.NameRecord);
            if (!ImageReference.TryParse(record.Name, out var name, out _)
                || !Digest.TryParse(record.Image, out var image))
            {
                throw new ImageException(ImageFault.Invalid, $"{path}: is no record of a name");
            }

            if (_images.ContainsKey(image)) _names.Add(name, image);
        }
    }

    public IReadOnlyCollection<KnownImage> Images => _images.Values;

    public KnownImage? Find(Digest id) => _images.GetValueOrDefault(id);

    public KnownImage? Find(ImageReference name) => _names.TryGetValue(name, out var id) ? _images[id] : null;

    public ImmutableArray<ImageReference> NamesOf(Digest id) =>
    [
        .. _names.Where(name => name.Value == id)
            .Select(name => name.Key)
            .OrderBy(name => name.ToString(), StringComparer.Ordinal),
    ];

    /// <summary>Keeps an image whose blobs and layers are in their place.</summary>
    public void Add(KnownImage image)
    {
        var record = new ImageRecord(image.ManifestDigest.Value, image.Size.Value);
        _folders.WriteWhole(
            PathOf(image.Id), JsonSerializer.SerializeToUtf8Bytes(record, StoreJson.Default.ImageRecord));
        _images[image.Id] = image;
    }

    /// <summary>Makes a name mean an image; what it meant before keeps its other names.</summary>
    public void Name(ImageReference name, Digest image)
    {
        var record = new NameRecord(name.ToString(), image.Value);
        _folders.WriteWhole(PathOf(name), JsonSerializer.SerializeToUtf8Bytes(record, StoreJson.Default.NameRecord));
        _names[name] = image;
    }

    public void RemoveName(ImageReference name)
    {
        File.Delete(PathOf(name));
        Durability.SyncFolder(_folders.Names);
        _names.Remove(name);
    }

    /// <summary>Forgets an image that has no names; its blobs and layers are left.</summary>
    public void Remove(Digest id)
    {
        File.Delete(PathOf(id));
        Durability.SyncFolder(_folders.Images);
        _images.Remove(id);
    }

    private KnownImage Read(Digest id, ImageRecord record, string path)
    {
        if (!Digest.TryParse(record.Manifest, out var manifestDigest))
        {
            throw new ImageException(ImageFault.Invalid, $"{path}: '{record.Manifest}' is no digest");
        }

        try
        {
            var manifest = ImageManifest.Read(
                File.ReadAllBytes(_folders.Blob(manifestDigest)), $"manifest {manifestDigest}");
            var config = ConfigDocument.Read(File.ReadAllBytes(_folders.Blob(id)), $"configuration {id}");
            return Create(
                id, manifestDigest, config, manifest.Layers.Select(layer => layer.Digest), new Bytes(record.SizeBytes));
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

using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Archives;
using Swarm.Images.Collecting;
using Swarm.Images.Copies;
using Swarm.Images.Layers;
using Swarm.Images.Manifests;
using Swarm.Images.Names;
using Swarm.Images.Repositories;
using Swarm.Images.Snapshots;

namespace Swarm.Images;

/// <inheritdoc cref="IImageStore"/>
/// <remarks>Opening it removes what a process that died left half-done. Drawn in docs/images.md.</remarks>
public sealed partial class ImageStore : IImageStore, IDisposable
{
    /// <summary>Unpacking ends at its next entry; the kernel may keep it for a while.</summary>
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);

    private readonly StoreGate _gate = new();
    private readonly CancellationTokenSource _closing = new();

    // Held while layers are unpacked and nothing may be swept away; whoever releases it sweeps
    // what was asked for meanwhile.
    private readonly SemaphoreSlim _installing = new(1);
    private readonly ImageStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ImageStore> _logger;
    private readonly StoreFolders _folders;
    private readonly Catalog _catalog;
    private readonly LayerFolder _layers;
    private readonly UnpacksAhead _unpacksAhead;
    private readonly SnapshotFolder _snapshots;
    private readonly ImageInstaller _installer;
    private readonly Sweep _sweep;
    private volatile bool _isSweepDue;
    private volatile Lazy<ImmutableArray<NodeImage>> _here;

    /// <exception cref="ImageException">The store is open in another process, or a file of it is broken.</exception>
    public ImageStore(ImageStoreOptions options, TimeProvider time, ILogger<ImageStore> logger)
    {
        (_options, _time, _logger) = (options, time, logger);
        _folders = new StoreFolders(options.Root) { Owing = Owe };
        try
        {
            _folders.EmptyScratch();
            _catalog = new Catalog(_folders);
            _here = ListHere();
            _catalog.Changed = () =>
            {
                _here = ListHere();
                Changed?.Invoke();
            };
            _marks = new CopyMarks(_folders, image => _catalog.Find(image) is not null);
            foreach (var (path, fault) in _catalog.Broken) LogBroken(path, fault);
            _repositories = new RepositoryCatalog(_folders);
            foreach (var (path, fault) in _repositories.Broken) LogBroken(path, fault);
            _layers = new LayerFolder(_folders, options);
            _unpacksAhead = new UnpacksAhead(_folders, _layers);
            _snapshots = new SnapshotFolder(_folders, _layers);
            _installer = new ImageInstaller(_folders, _layers, _options);
            _sweep = new Sweep(_folders, _catalog, _repositories, _snapshots, _heldBlobs);
            SweepNow();
        }
        catch
        {
            _folders.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<LoadedImage>> LoadAsync(
        Stream archive, string? platform, CancellationToken cancellation)
    {
        var wanted = platform is null ? null : ImagePlatform.Parse(platform);
        using var scratch = _folders.NewScratch();
        var images = await PipedStream.ReadAsync(
            archive, stream => ImageArchive.Read(ArchiveFiles.Read(stream, scratch, _options, cancellation), wanted),
            cancellation);
        return await InstallAsync(images, scratch, cancellation);
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<LoadedImage>> LoadLayoutAsync(string folder, CancellationToken cancellation)
    {
        if (!Directory.Exists(folder))
            throw new ImageException(ImageFault.NotFound, $"{folder}: there is no such folder");

        using var scratch = _folders.NewScratch();
        var images = await DedicatedThread.RunAsync(
            () => ImageArchive.Read(new LayoutFiles(folder, scratch, cancellation), platform: null),
            cancellation);
        return await InstallAsync(images, scratch, cancellation);
    }

    /// <inheritdoc/>
    public async Task<LoadedImage> ImportAsync(
        Stream tar, ImageReference? name, ImageConfiguration configuration, string comment,
        CancellationToken cancellation)
    {
        if (name is not null) CheckName(name);
        using var scratch = _folders.NewScratch();
        var now = _time.GetUtcNow();
        var image = await PipedStream.ReadAsync(
            tar, stream => RootImport.Read(
                stream, name, configuration, comment, now, scratch, _options, cancellation),
            cancellation);
        return (await InstallAsync([image], scratch, cancellation))[0];
    }

    /// <inheritdoc/>
    public ImmutableArray<NodeImage> Here => _here.Value;

    /// <inheritdoc/>
    public ImmutableArray<ImageSummary> List()
    {
        using (_gate.Enter())
        {
            var parents = _catalog.Images.Select(image => image.Step?.Parent).OfType<Digest>().ToHashSet();
            return
            [
                .. _catalog.Images.Select(image => new ImageSummary(
                    image.Id, _catalog.NamesOf(image.Id), image.Configuration.Created, image.Size,
                    image.Configuration.Labels)
                {
                    Parent = image.Step == Nothing ? null : image.Step?.Parent,
                    IsDangling = IsDangling(image.Id),
                    IsKeptCopy = IsKeptCopy(image.Id),
                    IsIntermediate = _catalog.NamesOf(image.Id).IsEmpty
                        && (image.Step == Nothing || parents.Contains(image.Id)),
                }),
            ];
        }
    }

    /// <inheritdoc/>
    public ImmutableArray<string> Warnings()
    {
        using (_gate.Enter())
        {
            return
            [
                .. _catalog.Broken.Concat(_repositories.Broken).Select(
                    record => $"{record.Path} cannot be read, and is left out: {record.Fault}"),
            ];
        }
    }

    /// <inheritdoc/>
    public StoredImage? Find(string nameOrId)
    {
        using (_gate.Enter()) return ImageSearch.Find(_catalog, nameOrId) is { } image ? Show(image) : null;
    }

    /// <inheritdoc/>
    public StoredImage Tag(string nameOrId, ImageReference name)
    {
        CheckName(name);
        using (_gate.Enter())
        {
            var image = Get(nameOrId);
            if (_catalog.Unkept.Contains(image.Id)) KeepStep(image); // its name would be lost with it
            _catalog.Name(name, image.Id);
            NoteUse(image.Id);
            return Show(image);
        }
    }

    public void Dispose()
    {
        if (_closing.IsCancellationRequested) return;
        DisposeOwing();
        // What is unpacked though nobody waits for it ends first.
        _closing.Cancel();
        _installing.Wait(EndPatience);
        _installing.Dispose();
        _closing.Dispose();
        _layers.Dispose();
        _folders.Dispose();
    }

    private Task<ImmutableArray<LoadedImage>> InstallAsync(
        ImmutableArray<ArchivedImage> images, ScratchFolder scratch, CancellationToken cancellation) =>
        InstallAsync(images, scratch, ahead: null, cancellation);

    private async Task<ImmutableArray<LoadedImage>> InstallAsync(
        ImmutableArray<ArchivedImage> images, ScratchFolder scratch, ImageAhead? ahead, CancellationToken cancellation)
    {
        StoreSteps.Between("install");
        await _installing.WaitAsync(cancellation);
        try
        {
            var ready = await _installer.PrepareAsync(images, scratch, ahead, cancellation);
            using (_gate.Enter())
            {
                foreach (var image in ready) _installer.Commit(image);
                foreach (var image in ready) Add(image);
            }

            return [.. ready.Select(image => new LoadedImage(image.Image.Id, image.Names))];
        }
        finally
        {
            _installing.Release();
            SweepIfDue();
        }
    }

    private void Add(ReadyImage image)
    {
        _catalog.Add(image.Image);
        foreach (var name in image.Names) _catalog.Name(name, image.Image.Id, image.OwnNames.Contains(name));
        NoteUse(image.Image.Id);
        LogAdded(image.Image.Id, image.Names, image.Image.Layers.Length, image.Image.Size);
    }

    private KnownImage Get(string nameOrId) =>
        ImageSearch.Find(_catalog, nameOrId)
        ?? throw new ImageException(
            ImageFault.NotFound,
            _catalog.FindBroken(nameOrId) is { } broken
                ? $"what is known of image {nameOrId} cannot be read: {broken.Path} ({broken.Fault})"
                : $"No such image: {nameOrId}");

    private StoredImage Show(KnownImage image) => new(
        image.Id, image.ManifestDigest, _catalog.NamesOf(image.Id), image.Configuration, image.Size)
    {
        OwnNames = _catalog.OwnNamesOf(image.Id),
    };

    // Blobs are measured when somebody asks: who changes the catalog does not wait for that.
    private Lazy<ImmutableArray<NodeImage>> ListHere()
    {
        var images = _catalog.Images.Where(image => image.Step is null || image.IsResult).ToList();
        return new Lazy<ImmutableArray<NodeImage>>(
            () => [.. images.Select(image => new NodeImage(image.Id, [.. image.Layers.Select(Measure)]))],
            LazyThreadSafetyMode.PublicationOnly);

        static NodeLayer Measure(ImageLayer layer)
        {
            var blob = new FileInfo(layer.BlobPath);
            return new NodeLayer(layer.Blob, new Bytes(blob.Exists ? blob.Length : 0));
        }
    }

    private static void CheckName(ImageReference name)
    {
        if (name.Tag is null || name.Digest is not null)
        {
            throw new ImageException(ImageFault.Invalid, $"an image is named by repository and tag, not by '{name}'");
        }
    }

    [LoggerMessage(LogLevel.Error,
        "The record {Path} cannot be read ({Fault}): it is left out, and nothing is swept away until it is dealt with")]
    private partial void LogBroken(string path, string fault);

    [LoggerMessage(LogLevel.Information, "Added image {Image} named {Names}: {Layers} layers, {Size}")]
    private partial void LogAdded(Digest image, ImmutableArray<ImageReference> names, int layers, Bytes size);
}

using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Archives;
using Swarm.Images.Blobs;
using Swarm.Images.Manifests;
using Swarm.Images.Names;
using Swarm.Images.Snapshots;
using Swarm.Images.Trees;
using Swarm.Linux;
using Swarm.Linux.Files;
using Swarm.Linux.Overlay;

namespace Swarm.Images;

public sealed partial class ImageStore
{
    /// <inheritdoc/>
    public async Task<ImmutableArray<TreeChange>> FindChangesAsync(
        ContainerId container, IReadOnlySet<string> ignored, CancellationToken cancellation) =>
        await DedicatedThread.RunAsync(
            () => Differences(
                container, ignored, tellsHidden: true,
                (changes, _) => changes
                    .Select(change => new TreeChange(LayerDifference.Show(change.Path), change.Kind))
                    .ToImmutableArray(),
                cancellation),
            cancellation);

    /// <inheritdoc/>
    public Task<Bytes> WritableSizeAsync(ContainerId container, CancellationToken cancellation) =>
        DedicatedThread.RunAsync(
            () =>
            {
                try
                {
                    using var upper = Folder.Open(_snapshots.UpperOf(container));
                    return new Bytes(TreeSize.Of(upper, cancellation));
                }
                catch (LinuxException gone) when (gone.Number == Errno.ENOENT)
                {
                    throw NoLayer(container);
                }
            },
            cancellation);

    /// <inheritdoc/>
    public async Task<LoadedImage> CommitAsync(
        ContainerId container, ImageCommit commit, CancellationToken cancellation)
    {
        if (commit.Name is { } name) CheckName(name);
        using var scratch = _folders.NewScratch();
        var (image, size) = await DedicatedThread.RunAsync(
            () => Commit(container, commit, scratch, cancellation), cancellation);
        if (commit.Step is { } step) return await InstallStepAsync(image, step, scratch, cancellation);
        return size is { } known
            ? await InstallBlobsAsync(image, known, scratch, cancellation)
            : (await InstallAsync([image], scratch, cancellation))[0];
    }

    /// <returns>The image, and the bytes of its layers, unpacked; null where only unpacking tells whether its own can
    /// be.</returns>
    private (ArchivedImage Image, Bytes? Size) Commit(
        ContainerId container, ImageCommit commit, ScratchFolder scratch, CancellationToken cancellation)
    {
        var layer = Differences(
            container, commit.Ignored, tellsHidden: false,
            (changes, upper) => changes.Count == 0 && commit.Step is not null
                ? null
                : LayerWriting.Write(scratch.NewPath(), upper, changes, _options.Limits, cancellation),
            cancellation);
        KnownImage below;
        using (_gate.Enter()) below = GetById(new Digest(SnapshotOf(container).Image));
        return (
            Compose(below, layer?.Blob, commit, scratch),
            layer is { CanBeUnpacked: false } ? null : new Bytes(below.Size.Value + (layer?.ContentBytes ?? 0)));
    }

    private async Task<LoadedImage> InstallBlobsAsync(
        ArchivedImage image, Bytes size, ScratchFolder scratch, CancellationToken cancellation)
    {
        StoreSteps.Between("install");
        await _installing.WaitAsync(cancellation);
        try
        {
            bool isBuilding;
            using (_gate.Enter()) isBuilding = _catalog.Unkept.Count > 0;
            var ready = await DedicatedThread.RunAsync(
                () => _installer.PrepareBlobs(image, size, scratch, isBuilding, cancellation), cancellation);
            using (_gate.Enter())
            {
                _installer.Commit(ready);
                Add(ready);
            }

            return new LoadedImage(ready.Image.Id, ready.Names);
        }
        finally
        {
            _installing.Release();
            SweepIfDue();
        }
    }

    /// <param name="layer">Null where only the configuration is another one.</param>
    private ArchivedImage Compose(KnownImage below, StagedBlob? layer, ImageCommit commit, ScratchFolder scratch)
    {
        var now = _time.GetUtcNow();
        var configuration = commit.Configuration with
        {
            Architecture = below.Configuration.Architecture,
            OperatingSystem = below.Configuration.OperatingSystem,
            Variant = below.Configuration.Variant,
            Created = now,
        };
        var history = ImageHistory.Extend(
            File.ReadAllBytes(_folders.Blob(below.Id)), below, new ImageHistoryEntry(
                now, commit.CreatedBy, configuration.Author, commit.Comment)
            {
                HasNoLayer = layer is null,
            });
        StagedBlob[] added = layer is null ? [] : [layer];
        var config = StagedBlob.Write(
            scratch.NewPath(),
            ConfigWriting.Write(
                configuration,
                [.. below.Layers.Select(one => one.DiffId), .. added.Select(one => one.Digest)],
                history));
        return ArchivedImage.Create(
            commit.Name is null ? [] : [commit.Name], manifest: null, config, "committed configuration",
            [
                .. below.Layers.Select(one =>
                    new StagedBlob(one.BlobPath, one.Blob, new FileInfo(one.BlobPath).Length)),
                .. added,
            ]);
    }

    private T Differences<T>(
        ContainerId container, IReadOnlySet<string> ignored, bool tellsHidden,
        Func<List<UpperChange>, Folder, T> use, CancellationToken cancellation)
    {
        var snapshot = SnapshotOf(container);
        var trees = SnapshotFolder.Lowers(snapshot).Select(name => _layers.Find(name)?.Tree ?? throw new ImageException(
            ImageFault.NotFound, $"layer {name} below container {container.Short} is gone")).ToList();
        using var upper = Folder.Open(_snapshots.UpperOf(container));
        // The kernel makes no overlay of one folder only.
        using var overlay = trees.Count > 1 ? OverlayMount.CreateReadOnly(trees) : null;
        using var single = trees.Count == 1 ? Folder.Open(trees[0]) : null;
        var difference = new LayerDifference(ignored, tellsHidden, cancellation);
        return use(difference.Find(upper, overlay?.Root ?? single), upper);
    }

    private SnapshotRecord SnapshotOf(ContainerId container)
    {
        using (_gate.Enter())
        {
            return _snapshots.Find(container) ?? throw NoLayer(container);
        }
    }

    private static ImageException NoLayer(ContainerId container) =>
        new(ImageFault.NotFound, $"container {container.Short} has no writable layer on this host");
}

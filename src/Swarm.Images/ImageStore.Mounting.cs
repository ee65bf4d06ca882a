using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Layers;
using Swarm.Images.Names;

namespace Swarm.Images;

public sealed partial class ImageStore
{
    /// <inheritdoc/>
    public Task<string> MountRootAsync(ContainerId container, Digest imageId, CancellationToken cancellation) =>
        MountRootAsync(container, imageId, WritableLayer.Usual, cancellation);

    /// <inheritdoc/>
    public async Task<string> MountRootAsync(
        ContainerId container, Digest imageId, WritableLayer layer, CancellationToken cancellation)
    {
        if (TryMount(container, imageId, layer) is { } mounted) return mounted;

        // Something is not unpacked, which is rare: loading unpacks.
        StoreSteps.Between("install");
        await _installing.WaitAsync(cancellation);
        try
        {
            await UnpackAgainAsync(imageId, cancellation);
            return TryMount(container, imageId, layer) ?? throw new ImageException(
                ImageFault.NotFound, $"image {imageId} was removed while it was unpacked");
        }
        finally
        {
            _installing.Release();
            SweepIfDue();
        }
    }

    /// <inheritdoc/>
    public void UnmountRoot(ContainerId container, bool discard)
    {
        string? taken;
        using (_gate.Enter())
        {
            _snapshots.Unmount(container);
            if (!discard) return;
            var below = _snapshots.TryFind(container)?.Image;
            taken = _snapshots.TakeOut(container);
            if (Digest.TryParse(below, out var image)) NoteUse(image);
            Changed?.Invoke();
        }

        if (taken is not null) _folders.RemoveTaken(taken);
    }

    /// <inheritdoc/>
    public LayerPlaces? PlacesOf(ContainerId container)
    {
        using (_gate.Enter())
            return _snapshots.TryFind(container) is { } snapshot ? _snapshots.PlacesOf(container, snapshot) : null;
    }

    /// <inheritdoc/>
    public ImmutableArray<ContainerId> WritableLayers()
    {
        using (_gate.Enter()) return _snapshots.Containers();
    }

    // Null when a layer is missing.
    private string? TryMount(ContainerId container, Digest imageId, WritableLayer layer)
    {
        using (_gate.Enter())
        {
            if (_snapshots.Find(container) is { } existing) return Mount(container, existing, imageId, layer);

            var below = GetById(imageId).Layers.Select(_layers.Find).ToImmutableArray();
            if (below.Contains(null)) return null;

            _snapshots.Create(container, imageId, [.. below.OfType<UnpackedLayer>()], layer);
            NoteUse(imageId);
            Changed?.Invoke();
            return Mount(container, _snapshots.Find(container)!, imageId, layer);
        }
    }

    private string Mount(
        ContainerId container, Snapshots.SnapshotRecord snapshot, Digest imageId, WritableLayer layer)
    {
        if (snapshot.Image != imageId.Value)
        {
            throw new ImageException(
                ImageFault.InUse,
                $"container {container.Short} has a writable layer above image {snapshot.Image}, not {imageId}");
        }

        return _snapshots.Mount(container, snapshot, layer.Map);
    }

    private async Task UnpackAgainAsync(Digest imageId, CancellationToken cancellation)
    {
        KnownImage image;
        using (_gate.Enter()) image = GetById(imageId);

        using var scratch = _folders.NewScratch();
        var unpacked = await _layers.UnpackAsync(image.Layers, scratch, ahead: null, cancellation);
        using (_gate.Enter()) _layers.Commit(unpacked);
        LogUnpacked(imageId);
    }

    private KnownImage GetById(Digest imageId) =>
        _catalog.Find(imageId)
            ?? throw new ImageException(ImageFault.NotFound, $"there is no image {imageId} on this host");

    [LoggerMessage(LogLevel.Information, "Unpacked layers of image {Image} again")]
    private partial void LogUnpacked(Digest image);
}

using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Layers;
using Swarm.Images.Names;
using Swarm.Linux.Files;

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

        // Something is not unpacked, which is rare: loading unpacks, and what was committed is soon. Until then nobody
        // removes it.
        using var hold = HoldImage(imageId.Value);
        StoreSteps.Between("install");
        await _installing.WaitAsync(cancellation);
        try
        {
            using (_gate.Enter()) GetById(imageId);
            await UnpackMissingAsync(imageId, cancellation);
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
    public async Task<bool> UnpackAsync(Digest imageId, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closing.Token);
        StoreSteps.Between("install");
        await _installing.WaitAsync(either.Token);
        try
        {
            return await UnpackMissingAsync(imageId, either.Token);
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

    private async Task<bool> UnpackMissingAsync(Digest imageId, CancellationToken cancellation)
    {
        KnownImage? image;
        using (_gate.Enter()) image = _catalog.Find(imageId);
        if (image is null || image.Layers.All(layer => _layers.Find(layer) is not null)) return false;

        using var scratch = _folders.NewScratch();
        try
        {
            var unpacked = await _layers.UnpackAsync(image.Layers, scratch, ahead: null, cancellation);
            await DedicatedThread.RunAsync(() => Place(unpacked), cancellation);
        }
        catch (IOException refused)
        {
            throw new IOException($"image {imageId} could not be unpacked: {refused.Message}", refused);
        }

        LogUnpacked(imageId);
        return true;
    }

    private bool Place(ImmutableArray<UnpackedLayer> unpacked)
    {
        Durability.SyncFileSystem(_folders.Root);
        using (_gate.Enter()) _layers.Commit(unpacked);
        return true;
    }

    private KnownImage GetById(Digest imageId) =>
        _catalog.Find(imageId)
            ?? throw new ImageException(ImageFault.NotFound, $"there is no image {imageId} on this host");

    [LoggerMessage(LogLevel.Information, "Unpacked layers of image {Image}")]
    private partial void LogUnpacked(Digest image);
}

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
    public ImageRemoval Remove(string nameOrId, bool force, IReadOnlySet<ContainerId> running)
    {
        ImageRemoval removal;
        using (_gate.Enter())
        {
            var image = Get(nameOrId);
            var name = ImageSearch.NameIn(_catalog, nameOrId);
            if (name is null && nameOrId.Contains('@', StringComparison.Ordinal))
            {
                // It is found so, to run it; but nothing of that name is there to be taken away.
                throw new ImageException(ImageFault.NotFound, $"No such image: {nameOrId}");
            }

            var plan = RemovalRules.Decide(
                image.Id, name, force,
                new ImageState(_catalog.NamesOf(image.Id), UsersOf(image.Id, running))
                {
                    IsHeld = _heldImages.Has(image.Id),
                    IsBuiltUpon = _catalog.HasChildren(image.Id),
                });
            if (plan.Refusal is { } refusal) throw new ImageException(ImageFault.InUse, refusal);
            removal = CarryOut(image, plan);
        }

        SweepIfDue();
        return removal;
    }

    /// <inheritdoc/>
    public ImageRemoval? RemoveUnused(ImageSummary seen)
    {
        ArgumentNullException.ThrowIfNull(seen);
        return RemoveUnused(seen.Id, seen.Names, seen.IsKeptCopy);
    }

    // Only as it was seen: what has got a name since, or is kept as a copy, is another matter.
    private ImageRemoval? RemoveUnused(Digest id, ImmutableArray<ImageReference> names, bool isKeptCopy)
    {
        ImageRemoval removal;
        using (_gate.Enter())
        {
            if (_catalog.Find(id) is not { } image || IsNeeded(id) || !_catalog.NamesOf(id).SequenceEqual(names)
                || (IsKeptCopy(id) && !isKeptCopy))
            {
                return null;
            }

            removal = CarryOut(image, new RemovalPlan(names, Deletes: true));
        }

        SweepIfDue();
        return removal;
    }

    private ImageRemoval CarryOut(KnownImage image, RemovalPlan plan)
    {
        foreach (var name in plan.Untagged) _catalog.RemoveName(name);
        ForgetNames(plan.Untagged);
        if (!plan.Deletes) return new ImageRemoval(image.Id, plan.Untagged, [], Bytes.Zero);

        _catalog.Remove(image.Id);
        LogRemoved(image.Id, plan.Untagged);
        ImmutableArray<KnownImage> removed = [image, .. RemoveParents(image)];
        _isSweepDue = true;
        return new ImageRemoval(image.Id, plan.Untagged, [.. removed.Select(one => one.Id)], OnlyIn(removed));
    }

    /// <summary>Removes what an image was built from, as far as nothing else needs it.</summary>
    private List<KnownImage> RemoveParents(KnownImage image)
    {
        List<KnownImage> removed = [];
        while (image.Step is { } step && _catalog.Find(step.Parent) is { Step: not null } parent
            && _catalog.NamesOf(parent.Id).IsEmpty && !IsNeeded(parent.Id) && !IsKeptCopy(parent.Id))
        {
            _catalog.Remove(parent.Id);
            removed.Add(parent);
            image = parent;
        }

        return removed;
    }

    private bool IsNeeded(Digest image) => _heldImages.Has(image) || _catalog.HasChildren(image)
        || !UsersOf(image, ImmutableHashSet<ContainerId>.Empty).IsEmpty;

    private ImmutableArray<ImageUser> UsersOf(Digest image, IReadOnlySet<ContainerId> running) =>
    [
        .. _snapshots.Containers()
            .Where(container => _snapshots.TryFind(container)?.Image == image.Value)
            .Select(container => new ImageUser(container, running.Contains(container))),
    ];

    // Bytes of the layers that no image has any more.
    private Bytes OnlyIn(ImmutableArray<KnownImage> removed)
    {
        var others = _catalog.Images
            .SelectMany(other => other.Layers)
            .SelectMany(layer => LayerFolder.NamesOf(layer).AsEnumerable())
            .ToHashSet(StringComparer.Ordinal);
        return new Bytes(removed.SelectMany(image => image.Layers)
            .Select(layer => _layers.Find(layer))
            .OfType<UnpackedLayer>()
            .DistinctBy(layer => layer.Name)
            .Where(layer => !others.Contains(layer.Name))
            .Sum(layer => layer.Record.SizeBytes));
    }

    // Whoever unpacks counts on layers that are there: it sweeps itself when it is done.
    private void SweepIfDue() => SweepIfDue(out _);

    /// <returns>Bytes that were freed; 0 where whoever unpacks sweeps later.</returns>
    private long SweepAfterRemoval()
    {
        _isSweepDue = true;
        SweepIfDue(out var freed);
        return freed;
    }

    private void SweepIfDue(out long freed)
    {
        freed = 0;
        while (_isSweepDue)
        {
            StoreSteps.Between("sweep");
            if (!_installing.Wait(0)) return;
            try
            {
                _isSweepDue = false;
                freed += SweepNow();
            }
            finally
            {
                _installing.Release();
            }
        }
    }

    private long SweepNow()
    {
        var taken = new List<string>();
        try
        {
            using (_gate.Enter())
            {
                var unneeded = _sweep.Unneeded();
                var freed = unneeded.Sum(SizeOf);
                foreach (var path in unneeded)
                {
                    if (_folders.TakeOut(path) is { } name) taken.Add(name);
                }

                if (unneeded.Count > 0) LogSwept(unneeded.Count);
                return freed;
            }
        }
        finally
        {
            // Trees of many files may be among it: nobody else waits for these.
            taken.ForEach(_folders.RemoveTaken);
        }
    }

    private long SizeOf(string unneeded) => File.Exists(unneeded)
        ? new FileInfo(unneeded).Length
        : _layers.TryFind(Path.GetFileName(unneeded))?.Record.SizeBytes ?? 0;

    [LoggerMessage(LogLevel.Information, "Removed image {Image} named {Names}")]
    private partial void LogRemoved(Digest image, ImmutableArray<ImageReference> names);

    [LoggerMessage(LogLevel.Information, "Removed {Count} blobs and layers that nothing needs")]
    private partial void LogSwept(int count);
}

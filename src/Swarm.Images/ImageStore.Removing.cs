using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Swarm.Core.Images;
using Swarm.Images.Names;

namespace Swarm.Images;

public sealed partial class ImageStore
{
    /// <inheritdoc/>
    public ImageRemoval Remove(string nameOrId, bool force, IReadOnlySet<Digest> inUse)
    {
        ImageRemoval removal;
        lock (_gate)
        {
            var image = Get(nameOrId);
            var names = _catalog.NamesOf(image.Id);
            var isBuiltUpon = _catalog.HasChildren(image.Id);
            if (ImageSearch.NameIn(_catalog, nameOrId) is { } name && (names.Length > 1 || isBuiltUpon))
            {
                _catalog.RemoveName(name);
                return new ImageRemoval([name], []);
            }

            if (isBuiltUpon)
            {
                throw new ImageException(
                    ImageFault.InUse,
                    $"conflict: unable to delete {image.Id.Hex[..12]} (cannot be forced) - image has dependent child "
                    + "images");
            }

            CheckRemovable(nameOrId, image, names, force, inUse);
            foreach (var each in names) _catalog.RemoveName(each);
            _catalog.Remove(image.Id);
            removal = new ImageRemoval(names, [image.Id, .. RemoveParents(image, inUse)]);
            LogRemoved(image.Id, names);
        }

        _isSweepDue = true;
        SweepIfDue();
        return removal;
    }

    /// <summary>Removes what an image was built from, as far as nothing else needs it.</summary>
    private List<Digest> RemoveParents(KnownImage image, IReadOnlySet<Digest> inUse)
    {
        List<Digest> removed = [];
        while (image.Step is { } step && _catalog.Find(step.Parent) is { Step: not null } parent
            && _catalog.NamesOf(parent.Id).IsEmpty && !_catalog.HasChildren(parent.Id) && !IsUsed(parent, inUse))
        {
            _catalog.Remove(parent.Id);
            removed.Add(parent.Id);
            image = parent;
        }

        return removed;
    }

    private bool IsUsed(KnownImage image, IReadOnlySet<Digest> inUse) => inUse.Contains(image.Id)
        || _snapshots.Containers().Any(id => _snapshots.TryFind(id)?.Image == image.Id.Value);

    private void CheckRemovable(
        string nameOrId, KnownImage image, ImmutableArray<ImageReference> names, bool force, IReadOnlySet<Digest> inUse)
    {
        if (IsUsed(image, inUse))
        {
            throw new ImageException(ImageFault.InUse, $"image {nameOrId} is in use by a container");
        }

        if (names.Length > 1 && !force)
        {
            throw new ImageException(
                ImageFault.InUse,
                $"image {nameOrId} has several names: {string.Join(", ", names.Select(name => name.Familiar))}");
        }
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
        while (_isSweepDue && _installing.Wait(0))
        {
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
        lock (_gate)
        {
            var unneeded = _sweep.Unneeded();
            var freed = unneeded.Sum(SizeOf);
            foreach (var path in unneeded) _folders.Discard(path);
            if (unneeded.Count > 0) LogSwept(unneeded.Count);
            return freed;
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

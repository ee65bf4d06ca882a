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
            if (ImageSearch.NameIn(_catalog, nameOrId) is { } name && names.Length > 1)
            {
                _catalog.RemoveName(name);
                return new ImageRemoval([name], []);
            }

            CheckRemovable(nameOrId, image, names, force, inUse);
            foreach (var each in names) _catalog.RemoveName(each);
            _catalog.Remove(image.Id);
            removal = new ImageRemoval(names, [image.Id]);
            LogRemoved(image.Id, names);
        }

        _isSweepDue = true;
        SweepIfDue();
        return removal;
    }

    private void CheckRemovable(
        string nameOrId, KnownImage image, ImmutableArray<ImageReference> names, bool force, IReadOnlySet<Digest> inUse)
    {
        if (inUse.Contains(image.Id)
            || _snapshots.Containers().Any(id => _snapshots.TryFind(id)?.Image == image.Id.Value))
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
    private void SweepIfDue()
    {
        while (_isSweepDue && _installing.Wait(0))
        {
            try
            {
                _isSweepDue = false;
                SweepNow();
            }
            finally
            {
                _installing.Release();
            }
        }
    }

    private void SweepNow()
    {
        lock (_gate)
        {
            var unneeded = _sweep.Unneeded();
            foreach (var path in unneeded) _folders.Discard(path);
            if (unneeded.Count > 0) LogSwept(unneeded.Count);
        }
    }

    [LoggerMessage(LogLevel.Information, "Removed image {Image} named {Names}")]
    private partial void LogRemoved(Digest image, ImmutableArray<ImageReference> names);

    [LoggerMessage(LogLevel.Information, "Removed {Count} blobs and layers that nothing needs")]
    private partial void LogSwept(int count);
}

using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Core.Nodes;
using Swarm.Images.Collecting;
using Swarm.Images.Copies;
using Swarm.Images.Names;
using Swarm.Images.Repositories;

namespace Swarm.Images;

public sealed partial class ImageStore : ICollectedStore
{
    /// <inheritdoc/>
    public DiskUse MeasureDisk()
    {
        var disk = new DriveInfo(_folders.Root);
        return new DiskUse(
            new Bytes(disk.TotalSize - disk.TotalFreeSpace), new Bytes(disk.AvailableFreeSpace));
    }

    /// <inheritdoc/>
    public Task SweepAsync(DateTimeOffset partsBefore, CancellationToken cancellation) => DedicatedThread.RunAsync(
        () =>
        {
            RemoveParts(partsBefore);
            RemoveBrought(_time.GetUtcNow() - BroughtKept);
            return SweepAfterRemoval();
        },
        cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<IdleImage>> ListIdleAsync(CancellationToken cancellation) => DedicatedThread.RunAsync(
        () =>
        {
            using (_gate.Enter())
            {
                return _catalog.Images.Where(IsIdle)
                    .Select(image => new IdleImage(
                        image.Id, IsFree(image.Id), _catalog.LastUsed(image.Id), image.Size))
                    .OrderBy(image => image.LastUsed).ThenBy(image => image.Image.Value, StringComparer.Ordinal)
                    .ToImmutableArray();
            }
        },
        cancellation);

    /// <inheritdoc/>
    public ImageRemoval? RemoveIdle(IdleImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        ImageRemoval removal;
        using (_gate.Enter())
        {
            if (_catalog.Find(image.Image) is not { } known || !IsIdle(known)
                || (image.IsFree && !IsFree(known.Id)) || _catalog.LastUsed(known.Id) != image.LastUsed)
            {
                return null;
            }

            // Nobody has removed it on purpose: it may be brought here again. A full disk takes no file for that.
            _marks.SetUnkept(known.Id, CopyMark.Spare);
            removal = CarryOut(known, new RemovalPlan(_catalog.NamesOf(known.Id), Deletes: true));
        }

        SweepIfDue();
        return removal;
    }

    private bool IsIdle(KnownImage image) =>
        (image.Step is null || image.IsResult) && !IsNeeded(image.Id) && _marks.Of(image.Id) != CopyMark.Kept
        && !LeadsToOthers(image);

    private bool IsFree(Digest image) =>
        IsDangling(image) && _marks.Of(image) is (CopyMark.None or CopyMark.Refused);

    // What a registry has by a digest can be had again from there.
    private bool IsDangling(Digest image) => !IsTagged(image) && _catalog.OwnNamesOf(image).IsEmpty;

    /// <summary>Whether manifests lead from its names that are not this image, and were pushed here: nobody keeps
    /// copies of those.</summary>
    private bool LeadsToOthers(KnownImage image) => _catalog.NamesOf(image.Id)
        .GroupBy(name => name.Repository)
        .Any(names => _repositories.Find(names.Key) is { } content
            && RepositoryRules.Below(content.Manifests, RootsOf(image, names))
                .Any(digest => digest != image.ManifestDigest
                    && content.Manifests.GetValueOrDefault(digest) is { Blobs.IsEmpty: false, IsBrought: false }));

    private IEnumerable<Digest> RootsOf(KnownImage image, IEnumerable<ImageReference> names) => names
        .Select(name => name.Digest ?? _repositories.FindTag(name)?.Digest).OfType<Digest>()
        .Append(image.ManifestDigest);

    // Who fetches a blob holds it.
    private void RemoveParts(DateTimeOffset before)
    {
        using (_gate.Enter())
        {
            foreach (var file in new DirectoryInfo(_folders.Parts).EnumerateFiles())
            {
                var isHeld = Digest.TryParse("sha256:" + file.Name, out var digest) && _heldBlobs.Has(digest);
                if (isHeld || file.LastWriteTimeUtc >= before) continue;
                LogPartRemoved(file.Name, file.Length);
                StoreFolders.Delete(file.FullName);
            }
        }
    }

    private void NoteUse(Digest image) => _catalog.NoteUse(image, _time.GetUtcNow());

    [LoggerMessage(LogLevel.Information,
        "Removed what had come of blob {Blob}, of {Size} bytes: nobody went on with it, and the disk fills up")]
    private partial void LogPartRemoved(string blob, long size);
}

using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Archives;
using Swarm.Images.Blobs;
using Swarm.Images.Builds;
using Swarm.Images.Manifests;
using Swarm.Images.Names;
using Swarm.Images.Trees;
using Swarm.Linux.Files;

namespace Swarm.Images;

public sealed partial class ImageStore : IBuildStore
{
    /// <summary>What the image without layers is a step of: there is none below it.</summary>
    private static readonly BuildStep Nothing = new(Digest.Of([]), "scratch");

    /// <inheritdoc/>
    public async Task<StoredImage> BeginEmptyAsync(CancellationToken cancellation)
    {
        if (FindStep(Nothing) is { } known) return known;
        using var scratch = _folders.NewScratch();
        var configuration = new ImageConfiguration
        {
            Architecture = ImagePlatform.Host.Architecture,
            OperatingSystem = ImagePlatform.Host.OperatingSystem,
        };
        var config = StagedBlob.Write(scratch.NewPath(), ConfigWriting.Write(configuration, []));
        var image = ArchivedImage.Create([], manifest: null, config, "empty configuration", []);
        return Show((await InstallStepAsync(image, Nothing, scratch, cancellation)).Id);
    }

    /// <inheritdoc/>
    public StoredImage? FindStep(BuildStep step)
    {
        using (_gate.Enter())
        {
            return _catalog.Images.Where(image => image.Step == step).MaxBy(image => image.Configuration.Created)
                is { } found ? Show(found) : null;
        }
    }

    /// <inheritdoc/>
    public async Task<StoredImage> AddStepAsync(ImageCommit commit, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(commit);
        var step = commit.Step ?? throw new ArgumentException("the commit is no step", nameof(commit));
        KnownImage parent;
        using (_gate.Enter()) parent = GetById(step.Parent);
        using var scratch = _folders.NewScratch();
        var image = Compose(parent, null, commit, scratch);
        return Show((await InstallStepAsync(image, step, scratch, cancellation)).Id);
    }

    /// <inheritdoc/>
    public void MarkResult(Digest image)
    {
        using (_gate.Enter())
        {
            if (_catalog.Find(image) is { Step: not null, IsResult: false } step && step.Step != Nothing)
                _catalog.AddUnkept(step with { IsResult = true });
        }
    }

    /// <inheritdoc/>
    public async Task KeepStepsAsync(CancellationToken cancellation)
    {
        // Nothing is swept away meanwhile.
        StoreSteps.Between("install");
        await _installing.WaitAsync(cancellation);
        try
        {
            using var scratch = _folders.NewScratch();
            await DedicatedThread.RunAsync(
                () =>
                {
                    ImmutableArray<(KnownImage, string)> written;
                    using (_gate.Enter()) written = _catalog.WriteUnkept(scratch.NewPath);
                    if (written.IsEmpty) return false;
                    // Once for all: blobs, layers, and the records themselves.
                    Durability.SyncFileSystem(_folders.Root);
                    using (_gate.Enter())
                    {
                        _catalog.KeepAll(written);
                        foreach (var (image, _) in written) NoteUse(image.Id);
                    }

                    return true;
                },
                cancellation);
        }
        finally
        {
            _installing.Release();
            SweepIfDue();
        }
    }

    /// <inheritdoc/>
    public StepRemoval RemoveSteps(bool all, DateTimeOffset? before, Bytes kept, IReadOnlySet<Digest> inUse)
    {
        ArgumentNullException.ThrowIfNull(inUse);
        var deleted = ImmutableArray.CreateBuilder<Digest>();
        using (_gate.Enter())
        {
            var used = inUse.Concat(
                _snapshots.Containers().Select(id => _snapshots.TryFind(id)?.Image)
                    .OfType<string>().Select(image => new Digest(image)))
                .Concat(_catalog.Images.Select(image => image.Id).Where(id => !_catalog.NamesOf(id).IsEmpty))
                .ToHashSet();
            while (FindStepToRemove(all, before, kept, used) is { } step)
            {
                _catalog.Remove(step.Id);
                deleted.Add(step.Id);
            }
        }

        var freed = deleted.Count > 0 ? SweepAfterRemoval() : 0;
        if (deleted.Count > 0) LogPruned(deleted.Count, freed);
        return new StepRemoval(deleted.ToImmutable(), new Bytes(freed));
    }

    /// <summary>Keeps one step while the others of its build are not kept yet.</summary>
    private void KeepStep(KnownImage step)
    {
        Durability.SyncFileSystem(_folders.Root);
        _catalog.Add(step);
    }

    /// <summary>The oldest of those upon which nothing was built, else of the others: what is left of a chain of steps
    /// is its beginning, which can be used.</summary>
    private KnownImage? FindStepToRemove(bool all, DateTimeOffset? before, Bytes kept, HashSet<Digest> used)
    {
        var steps = _catalog.Images
            .Where(image => IsMereStep(image) && !used.Contains(image.Id)).ToList();
        if (kept.Value > 0 && MeasureSteps(steps) <= kept) return null;
        var parents = _catalog.Images.Select(image => image.Step?.Parent).OfType<Digest>().ToHashSet();
        return steps
            .Where(step => before is null || step.Configuration.Created < before)
            .Where(step => all || !parents.Contains(step.Id))
            .MinBy(step => (parents.Contains(step.Id), step.Configuration.Created));
    }

    /// <summary>What their layers take that no other image has.</summary>
    private Bytes MeasureSteps(List<KnownImage> steps)
    {
        var needed = _catalog.Images.Except(steps).SelectMany(LayersOf).Select(layer => layer.Name).ToHashSet();
        return Sum(steps.SelectMany(LayersOf).DistinctBy(layer => layer.Name)
            .Where(layer => !needed.Contains(layer.Name)));
    }

    private bool IsMereStep(KnownImage image) =>
        image is { Step: not null, IsResult: false } && !_heldImages.Has(image.Id) && !IsKeptCopy(image.Id);

    private async Task<LoadedImage> InstallStepAsync(
        ArchivedImage image, BuildStep step, ScratchFolder scratch, CancellationToken cancellation)
    {
        StoreSteps.Between("install");
        await _installing.WaitAsync(cancellation);
        try
        {
            // What lasts below it is not to be in its place before it is on the disk.
            await UnpackMissingAsync(step.Parent, cancellation);
            var ready = await _installer.UnpackAsync(image, scratch, ahead: null, cancellation);
            using (_gate.Enter())
            {
                _installer.Commit(ready, synced: false);
                _catalog.AddUnkept(ready.Image with { Step = step });
            }

            return new LoadedImage(ready.Image.Id, []);
        }
        finally
        {
            _installing.Release();
            SweepIfDue();
        }
    }

    private StoredImage Show(Digest id)
    {
        using (_gate.Enter()) return Show(GetById(id));
    }

    [LoggerMessage(LogLevel.Information, "Removed {Count} steps of former builds, {Bytes} bytes")]
    private partial void LogPruned(int count, long bytes);
}

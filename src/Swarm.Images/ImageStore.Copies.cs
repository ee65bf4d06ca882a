using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Copies;
using Swarm.Images.Names;

namespace Swarm.Images;

public sealed partial class ImageStore : ICopyStore
{
    private readonly CopyMarks _marks;

    /// <inheritdoc/>
    public event Action? Changed;

    /// <inheritdoc/>
    public Task<ImmutableArray<StoredCopy>> ListCopiesAsync(CancellationToken cancellation) =>
        DedicatedThread.RunAsync(
            () =>
            {
                using (_gate.Enter()) return ListCopies();
            },
            cancellation);

    /// <inheritdoc/>
    public Task MarkAsync(
        Digest image, CopyMark mark, ImmutableArray<string> names, CancellationToken cancellation) =>
        DedicatedThread.RunAsync(
            () =>
            {
                using (_gate.Enter()) _marks.Set(image, mark, [.. names]);
                return true;
            },
            cancellation);

    /// <inheritdoc/>
    public Task<bool> RemoveCopyAsync(Digest image, CancellationToken cancellation) =>
        DedicatedThread.RunAsync(
            () =>
            {
                using (_gate.Enter())
                {
                    if (_catalog.Find(image) is { } known)
                    {
                        if (IsTagged(image) || IsNeeded(image)) return false;
                        CarryOut(known, new RemovalPlan(_catalog.NamesOf(image), Deletes: true));
                    }

                    _marks.Set(image, CopyMark.None, []);
                }

                SweepIfDue();
                return true;
            },
            cancellation);

    /// <summary>The names that an image is kept here for.</summary>
    internal ImmutableArray<string> NamesKeptFor(Digest image)
    {
        using (_gate.Enter()) return [.. _marks.NamesOf(image)];
    }

    private ImmutableArray<StoredCopy> ListCopies()
    {
        var used = _snapshots.Containers().Select(container => _snapshots.TryFind(container)?.Image)
            .ToHashSet(StringComparer.Ordinal);
        var here = _catalog.Images.Select(image => ShowCopy(image, used.Contains(image.Id.Value)));
        var gone = _marks.All.Where(image => _catalog.Find(image) is null).Select(image => new StoredCopy(
            image, [], [.. _marks.NamesOf(image)], _marks.Of(image), IsHere: false, IsInUse: false, Bytes.Zero,
            ImmutableSortedDictionary<string, string>.Empty));
        return [.. here, .. gone];
    }

    private StoredCopy ShowCopy(KnownImage image, bool isInUse) => new(
        image.Id, [.. _catalog.NamesOf(image.Id).Where(name => name.Tag is not null).Select(name => name.ToString())],
        [.. _marks.NamesOf(image.Id)], _marks.Of(image.Id), IsWhole(image), isInUse, image.Size,
        image.Configuration.Labels)
    {
        IsBroken = !IsWhole(image),
        Lists = [.. ListsOf(image.Id).Select(list => list.Name.ToString())],
    };

    private bool IsTagged(Digest image) => _catalog.NamesOf(image).Any(name => name.Tag is not null);

    private bool IsKeptCopy(Digest image) => _marks.Of(image) == CopyMark.Kept && !IsTagged(image);
}

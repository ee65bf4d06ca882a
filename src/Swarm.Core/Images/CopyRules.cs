using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;

namespace Swarm.Core.Images;

/// <summary>Which nodes shall have a copy of an image.</summary>
/// <remarks>Pure. Told in docs/replication.md.</remarks>
public static class CopyRules
{
    /// <summary>Label of an image: how many copies the cluster keeps of it.</summary>
    public const string Label = "swarm.copies";

    public const int CopiesMax = 100;

    // An image takes the disk twice: its blobs as they came, at most as large as its layers, and those unpacked.
    private const int TimesOnDisk = 2;

    // What breaks together: copies are kept apart by these labels of nodes, the first one above all.
    private static readonly ImmutableArray<string> Apart = ["zone", "rack"];

    /// <summary>How many copies are kept of an image.</summary>
    /// <param name="otherwise">Where its label does not say a number of 1 to <see cref="CopiesMax"/>.</param>
    public static int WantedOf(IReadOnlyDictionary<string, string> labels, int otherwise)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return labels.TryGetValue(Label, out var text)
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var copies)
            && copies is >= 1 and <= CopiesMax
                ? copies
                : otherwise;
    }

    /// <summary>Compares what there is with what is wanted.</summary>
    /// <param name="mayAct">Whether what is missing is copied, and what nobody wants removed, now.</param>
    public static CopyDecision Decide(CopyView view, bool mayAct)
    {
        ArgumentNullException.ThrowIfNull(view);
        var isFetched = view.Sites.Any(site => site.Standing.State == CopyState.Fetching);
        var isUsed = view.Sites.Any(site => site.Standing.IsInUse);
        // Who has not answered may have it, use it, or know a name of it.
        if (!view.IsComplete)
            return CopyDecision.Nothing with { IsUnderWay = view.Sites.Any(site => site.HasImage) || isFetched };

        if (!isUsed && view.Names.IsEmpty) return mayAct ? Drop(view.Sites, isFetched) : CopyDecision.Nothing;
        if (!view.Sites.Any(site => site.HasImage)) return CopyDecision.Nothing with { IsUnderWay = isFetched };

        var wanted = view.Sites.Where(site => site.HasImage).Max(site => site.Standing.Copies);

        var live = view.Sites.Count(site => site.HasCopy || site.Standing.State == CopyState.Fetching);
        var surplus = view.Sites.Count(site => site.HasCopy) - wanted;
        var decided = live < wanted
            ? Fill(view, wanted - live, mayAct, isFetched)
            : CopyDecision.Nothing with { Release = Surplus(view.Sites, surplus), IsUnderWay = isFetched };
        return Complete(view, Rename(view, FetchAhead(view, decided)));
    }

    /// <summary>Whether a node may remove an image that nothing uses there, for room: enough others have it, and the
    /// lists of manifests that its names were given by, and one of them by a tag of its own. What is kept may be
    /// released or dropped at any moment, and a container may end.</summary>
    /// <param name="view">What others said after <paramref name="node"/> began to tell that its own may go, as
    /// <see cref="CopyState.Spare"/>. Not all have to have answered.</param>
    public static bool MayGo(CopyView view, NodeId node)
    {
        ArgumentNullException.ThrowIfNull(view);
        var lists = view.ListsToKeep;
        var others = view.Sites.Where(site => site.Node != node && site.HasCopy && site.HasAll(lists)).ToList();
        return others.Any(site => site.Standing is { State: CopyState.Owned, Names.IsEmpty: false })
            && others.Count >= view.Sites.Where(site => site.HasImage).Max(site => site.Standing.Copies);
    }

    /// <summary>A copy knows the names that it is kept for: who had them may be lost.</summary>
    private static CopyDecision Rename(CopyView view, CopyDecision decided)
    {
        var others = view.Sites
            .Where(site => site.Standing.State is CopyState.Kept or CopyState.Spare
                && !site.Standing.Names.Order(StringComparer.Ordinal).SequenceEqual(view.Names)
                && !decided.Keep.Contains(site.Node) && !decided.Release.Contains(site.Node))
            .ToLookup(site => site.Standing.State, site => site.Node);
        return decided with
        {
            Keep = [.. decided.Keep, .. others[CopyState.Kept]],
            Release = [.. decided.Release, .. others[CopyState.Spare]],
        };
    }

    /// <summary>A copy is none of the lists by which the image is known, unless these are there, too.</summary>
    private static CopyDecision Complete(CopyView view, CopyDecision decided)
    {
        var lists = view.ListsToKeep;
        return decided with
        {
            Keep =
            [
                .. decided.Keep,
                .. view.Sites.Where(site => site.HasCopy && !site.HasAll(lists))
                    .Select(site => site.Node).Except(decided.Keep).Except(decided.Release),
            ],
        };
    }

    private static CopyDecision Drop(ImmutableArray<CopySite> sites, bool isFetched) => CopyDecision.Nothing with
    {
        Drop =
        [
            .. sites.Where(site => site.Standing.State
                is CopyState.Kept or CopyState.Spare or CopyState.Fetching).Select(site => site.Node),
        ],
        IsUnderWay = isFetched,
    };

    /// <summary>Beside the copies that are wanted: once it is there, one of them is too many, and released.</summary>
    private static CopyDecision FetchAhead(CopyView view, CopyDecision decided)
    {
        var size = SizeOf(view.Sites);
        var ahead = view.Sites
            .Where(site => view.Ahead.Contains(site.Node) && CanTake(site, size) && !decided.Keep.Contains(site.Node))
            .Select(site => site.Node).ToImmutableArray();
        return ahead.IsEmpty ? decided : decided with { Keep = [.. decided.Keep, .. ahead], IsUnderWay = true };
    }

    private static CopyDecision Fill(CopyView view, int missing, bool mayAct, bool isFetched)
    {
        // What is there already costs nothing to keep.
        var spare = view.Sites.Where(site => site.Standing.State == CopyState.Spare)
            .OrderBy(site => site.Node.Value, StringComparer.Ordinal).Take(missing).ToList();
        var chosen = spare.Select(site => site.Node).ToImmutableArray();
        if (mayAct) chosen = [.. chosen, .. Choose(view, spare, missing - spare.Count)];
        return CopyDecision.Nothing with { Keep = chosen, IsUnderWay = isFetched || !chosen.IsEmpty };
    }

    /// <summary>The best nodes for copies, one after another, as each changes what is apart from what.</summary>
    private static IEnumerable<NodeId> Choose(CopyView view, List<CopySite> spare, int count)
    {
        var size = SizeOf(view.Sites);
        var have = view.Sites.Where(site => site.HasCopy || site.Standing.State == CopyState.Fetching)
            .Concat(spare).ToList();
        var free = view.Sites.Where(site => CanTake(site, size)).ToList();
        for (; count > 0 && free.Count > 0; count--)
        {
            var best = free
                .OrderBy(site => Sharing(site, have, Apart[0])).ThenBy(site => Sharing(site, have, Apart[1]))
                .ThenBy(site => view.Ahead.Contains(site.Node) ? 0 : 1)
                .ThenByDescending(site => BitOperations.Log2((ulong)site.Standing.Free.Value))
                .ThenBy(site => site.Standing.Fetches).ThenBy(site => site.RunningTasks)
                .ThenByDescending(site => site.Standing.Free.Value)
                .ThenBy(site => site.Node.Value, StringComparer.Ordinal)
                .First();
            free.Remove(best);
            have.Add(best);
            yield return best.Node;
        }
    }

    private static long SizeOf(ImmutableArray<CopySite> sites) => sites.Max(site => site.Standing.Size.Value);

    private static bool CanTake(CopySite site, long size) =>
        site is { TakesCopies: true, Standing.State: CopyState.Absent }
        && site.Standing.Free.Value / TimesOnDisk >= size;

    /// <summary>Of the copies that are kept only, those that stand apart the least; of equals the fullest disk.
    /// </summary>
    private static ImmutableArray<NodeId> Surplus(ImmutableArray<CopySite> sites, int surplus)
    {
        var released = ImmutableArray.CreateBuilder<NodeId>();
        var have = sites.Where(site => site.HasCopy).ToList();
        for (; surplus > 0; surplus--)
        {
            var worst = have.Where(site => site.Standing is { State: CopyState.Kept, IsInUse: false })
                .OrderByDescending(site => Sharing(site, have, Apart[0]))
                .ThenByDescending(site => Sharing(site, have, Apart[1]))
                .ThenBy(site => site.Standing.Free.Value)
                .ThenBy(site => site.Node.Value, StringComparer.Ordinal)
                .FirstOrDefault();
            if (worst is null) break;
            have.Remove(worst);
            released.Add(worst.Node);
        }

        return released.ToImmutable();
    }

    // Nodes without the label may all stand in one place.
    private static int Sharing(CopySite site, List<CopySite> others, string label) => others.Count(other =>
        other.Node != site.Node
        && other.Labels.GetValueOrDefault(label, "") == site.Labels.GetValueOrDefault(label, ""));
}

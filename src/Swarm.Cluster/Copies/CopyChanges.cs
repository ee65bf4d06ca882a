using Swarm.Core.Images;
using Swarm.Images.Copies;

namespace Swarm.Cluster.Copies;

/// <summary>What a change of the store means for the copies of one image.</summary>
/// <param name="Concerns">Whether those who keep its copies are to look.</param>
/// <param name="IsNew">Whether it came here just now, for its own sake.</param>
/// <param name="Mark">What is to be noted of it; null leaves that.</param>
internal sealed record CopyChange(Digest Image, bool Concerns, bool IsNew, CopyMark? Mark)
{
    public bool IsNothing => !Concerns && Mark is null;
}

/// <summary>Compares two looks at the store.</summary>
internal static class CopyChanges
{
    public static IEnumerable<CopyChange> Between(
        IReadOnlyDictionary<Digest, StoredCopy> before, IReadOnlyDictionary<Digest, StoredCopy> now) =>
        before.Keys.Union(now.Keys)
            .Select(image => Of(image, before.GetValueOrDefault(image), now.GetValueOrDefault(image)))
            .Where(change => !change.IsNothing);

    private static CopyChange Of(Digest image, StoredCopy? before, StoredCopy? now)
    {
        // Nobody has removed it: it is to be brought here again, as what it was.
        if (now is { IsBroken: true }) return new CopyChange(image, before is { Counts: true }, IsNew: false, null);
        if (now is not { IsHere: true })
        {
            // Gone: by a user, for the cluster says so before it removes one. What was spare was given free.
            var isGone = before is { Counts: true };
            CopyMark? noted = now?.Mark == CopyMark.Spare ? CopyMark.None
                : isGone && now?.Mark != CopyMark.Refused ? CopyMark.Refused : null;
            return new CopyChange(image, isGone, IsNew: false, noted);
        }

        var counted = before is { Counts: true };
        var isOther = before is { Counts: true } && now.Counts
            ? before.Mark != now.Mark || before.IsInUse != now.IsInUse || !before.Tags.SequenceEqual(now.Tags)
                || !before.Lists.SequenceEqual(now.Lists)
            : counted != now.Counts;
        return new CopyChange(
            image, isOther, IsNew: now.Counts && !counted && now.Mark is CopyMark.None or CopyMark.Refused,
            MarkOf(now));
    }

    // With a tag it is here for its own sake, and what is here again was not refused.
    private static CopyMark? MarkOf(StoredCopy now) =>
        now.Mark == CopyMark.Refused || (now.Mark != CopyMark.None && !now.Tags.IsEmpty) ? CopyMark.None : null;
}

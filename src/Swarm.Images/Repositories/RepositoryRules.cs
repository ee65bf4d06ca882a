using System.Collections.Immutable;
using Swarm.Core.Images;

namespace Swarm.Images.Repositories;

/// <summary>Which manifests of a repository lead to which: pure.</summary>
internal static class RepositoryRules
{
    /// <summary>A manifest, those that it lists, and those that are about any of them.</summary>
    public static HashSet<Digest> Below(
        IReadOnlyDictionary<Digest, ManifestRecord> manifests, IEnumerable<Digest> roots)
    {
        var about = manifests.Values.Where(one => one.Subject is not null)
            .ToLookup(one => one.Subject!, one => one.Digest);
        var found = new HashSet<Digest>();
        var open = new Stack<Digest>(roots);
        while (open.TryPop(out var digest))
        {
            if (!found.Add(digest)) continue;
            if (manifests.TryGetValue(digest, out var manifest))
            {
                foreach (var child in manifest.Children) open.Push(child);
            }

            foreach (var other in about[digest.Value]) open.Push(other);
        }

        return found;
    }

    /// <summary>Manifests to which nothing leads any more; and those that were brought for somebody who asked for them,
    /// and that only a list leads to.</summary>
    /// <param name="named">What tags and names of images mean.</param>
    /// <param name="keptSince">What is younger stays, whether something leads to it or not.</param>
    public static ImmutableArray<ManifestRecord> Unreached(
        IReadOnlyDictionary<Digest, ManifestRecord> manifests, IReadOnlySet<Digest> named, DateTimeOffset keptSince)
    {
        var roots = named.Concat(
            manifests.Values.Where(one => one.Since >= keptSince).Select(one => one.Digest)).ToHashSet();
        var reached = Below(manifests, roots);
        return
        [
            .. manifests.Values.Where(one => !reached.Contains(one.Digest)
                || (one is { IsBrought: true, Blobs.IsEmpty: false } && !roots.Contains(one.Digest))),
        ];
    }

    /// <summary>What goes with manifests that somebody took away on purpose: what only they led to.</summary>
    public static ImmutableArray<ManifestRecord> GoingWith(
        IReadOnlyDictionary<Digest, ManifestRecord> manifests, IReadOnlySet<Digest> named, IEnumerable<Digest> taken)
    {
        var below = Below(manifests, taken);
        var reached = Below(manifests, named.Concat(manifests.Keys.Where(digest => !below.Contains(digest))));
        return [.. manifests.Values.Where(one => below.Contains(one.Digest) && !reached.Contains(one.Digest))];
    }
}

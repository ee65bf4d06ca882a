using System.Collections.Immutable;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Volumes;

/// <summary>Which mount is at which place, where several are asked for.</summary>
/// <remarks>Pure. What is named comes before another container's, that before a volume without a name, and the
/// image's places are last.</remarks>
internal static class MountMerge
{
    /// <param name="own">As the container was asked to be.</param>
    /// <param name="others">Of the containers whose volumes it has, in their order.</param>
    /// <param name="imagePlaces">Where its image wants a volume.</param>
    /// <returns>In the order in which they are to be mounted: what lies in another one comes after it.</returns>
    /// <exception cref="ContainerException">Two are asked for at one place.</exception>
    public static ImmutableArray<ContainerMount> Merge(
        ImmutableArray<MountSpec> own, IEnumerable<ContainerMount> others, IEnumerable<string> imagePlaces)
    {
        var byTarget = new OrderedDictionary<string, ContainerMount>(StringComparer.Ordinal);
        foreach (var mount in own)
        {
            var target = Clean(mount.Target);
            if (!byTarget.TryAdd(target, Unsettled(mount with { Target = target })))
                throw Invalid($"Duplicate mount point: {target}");
        }

        var isAnonymous = byTarget.Values.ToLookup(mount => mount.IsAnonymous);
        var merged = new OrderedDictionary<string, ContainerMount>(StringComparer.Ordinal);
        foreach (var mount in (IEnumerable<ContainerMount>)
            [
                .. isAnonymous[false], .. others.Reverse(), .. isAnonymous[true],
                .. imagePlaces.Select(place => Unsettled(new MountSpec(MountKind.Volume, "", Clean(place)))),
            ])
        {
            merged.TryAdd(mount.Spec.Target, mount);
        }

        return [.. merged.Values.OrderBy(mount => mount.Spec.Target.Count(c => c == '/'))];
    }

    private static ContainerMount Unsettled(MountSpec mount) => new(mount, "")
    {
        IsAnonymous = mount is { Kind: MountKind.Volume, Source.Length: 0 },
    };

    private static string Clean(string target)
    {
        if (target.Length == 0 || target[0] != '/')
            throw Invalid($"invalid mount path: '{target}' mount path must be absolute");
        var clean = Path.GetFullPath(target).TrimEnd('/');
        return clean.Length > 0 ? clean : throw Invalid("invalid specification: destination can't be '/'");
    }

    private static ContainerException Invalid(string message) => new(ContainerFault.Invalid, message);
}

using System.Collections.Immutable;
using System.Globalization;
using Swarm.Core.Containers;
using Swarm.Runtime.Bundles;

namespace Swarm.Runtime.Volumes;

/// <summary>Turns what was settled for a container into mounts that crun makes.</summary>
internal static class MountChoice
{
    /// <summary>crun's word for a mount whose owners are shown by the map of the container's users.</summary>
    public const string Mapped = "idmap";

    /// <param name="coveredMode">The permissions of a folder of the image that is covered; null where there is
    /// none.</param>
    /// <exception cref="ContainerException">A bind source is missing.</exception>
    public static ImmutableArray<BundleMount> Choose(
        ImmutableArray<ContainerMount> mounts, Func<string, int?> coveredMode) =>
    [
        .. mounts.Select(mount => mount.Spec.Kind switch
        {
            MountKind.Bind => Bind(mount.Spec),
            MountKind.Tmpfs => Tmpfs(mount.Spec, coveredMode),
            _ => new BundleMount(
                "bind", mount.Path, mount.Spec.Target,
                ["rbind", "rprivate", .. Access(mount.Spec), .. mount.IsMapped ? [Mapped] : (string[])[]])
            {
                Below = mount.Spec.Subpath,
            },
        }),
    ];

    private static BundleMount Bind(MountSpec mount)
    {
        BindSource.Prepare(mount);
        return new BundleMount(
            "bind", mount.Source, mount.Target,
            [
                mount.NonRecursive ? "bind" : "rbind",
                PropagationOf(mount),
                .. Access(mount),
            ]);
    }

    /// <remarks>crun takes the recursion of a bind also from its propagation.</remarks>
    private static string PropagationOf(MountSpec mount)
    {
        var propagation = mount.Propagation.Length > 0 ? mount.Propagation : "rprivate";
        return mount.NonRecursive ? propagation.TrimStart('r') : propagation;
    }

    /// <remarks>As runc does: whose mode nobody says has that of the folder that it covers.</remarks>
    private static BundleMount Tmpfs(MountSpec mount, Func<string, int?> coveredMode)
    {
        ImmutableArray<string> usual = ["nosuid", "nodev", "noexec"];
        var mode = mount.Mode ?? coveredMode(mount.Target) ?? 0x3ff;
        // An option that says the contrary of a usual one takes its place.
        var options = ImmutableArray.Create(
            [
                .. usual.Where(option => !mount.Options.Contains(option[2..])), .. mount.Options,
                "mode=" + Convert.ToString(mode, 8), mount.ReadOnly ? "ro" : "rw",
            ]);
        if (mount.Size.Value > 0)
            options = options.Add(string.Create(CultureInfo.InvariantCulture, $"size={mount.Size.Value}"));
        return new BundleMount("tmpfs", "tmpfs", mount.Target, options);
    }

    private static string[] Access(MountSpec mount) => mount switch
    {
        { ReadOnly: false } => ["rw"],
        { ReadOnlyDepth: ReadOnlyDepth.Top } => ["ro"],
        _ => ["ro", BundleMount.ReadOnlyThroughout],
    };
}

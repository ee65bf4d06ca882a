using System.Collections.Immutable;
using System.Globalization;
using Swarm.Core.Containers;
using Swarm.Linux.Rooted;
using Swarm.Runtime.Bundles;

namespace Swarm.Runtime.Volumes;

/// <summary>Turns what a container asks to have mounted into mounts that crun makes.</summary>
internal sealed class MountChoice(VolumeStore volumes)
{
    /// <returns>The mounts, and the names of the volumes that go with the container.</returns>
    /// <exception cref="ContainerException">A bind source is missing, a name is wrong.</exception>
    public (ImmutableArray<BundleMount> Mounts, ImmutableArray<string> Anonymous) Choose(
        ContainerPlan plan, RootedFolder root)
    {
        var mounts = ImmutableArray.CreateBuilder<BundleMount>();
        var anonymous = ImmutableArray.CreateBuilder<string>();
        foreach (var mount in plan.Mounts)
        {
            mounts.Add(mount.Kind switch
            {
                MountKind.Volume => Volume(plan, mount, root, anonymous),
                MountKind.Bind => Bind(mount),
                MountKind.Tmpfs => Tmpfs(mount),
                _ => throw new ContainerException(
                    ContainerFault.Invalid, $"mount at {mount.Target} is of unknown kind {mount.Kind}"),
            });
        }

        return (mounts.DrainToImmutable(), anonymous.DrainToImmutable());
    }

    private BundleMount Volume(
        ContainerPlan plan, MountSpec mount, RootedFolder root, ImmutableArray<string>.Builder anonymous)
    {
        var id = plan.Definition.Id;
        var isAnonymous = mount.Source.Length == 0;
        var name = isAnonymous ? VolumeStore.AnonymousName(id, mount.Target) : mount.Source;
        if (isAnonymous) anonymous.Add(name);
        var content = volumes.Open(name, isAnonymous ? id : null, mount.NoCopy ? null : root, mount.Target);
        return new BundleMount(
            "bind", Below(name, content, mount.Subpath), mount.Target, ["rbind", "rprivate", Access(mount)]);
    }

    private static BundleMount Bind(MountSpec mount)
    {
        if (mount.Source.Length == 0 || mount.Source[0] != '/')
        {
            throw new ContainerException(ContainerFault.Invalid, $"bind source '{mount.Source}' is not a full path");
        }

        if (!Path.Exists(mount.Source))
        {
            if (!mount.CreateSource)
            {
                throw new ContainerException(
                    ContainerFault.Invalid, $"bind source {mount.Source} does not exist on this host");
            }

            Directory.CreateDirectory(mount.Source);
        }

        return new BundleMount(
            "bind", mount.Source, mount.Target,
            [mount.NonRecursive ? "bind" : "rbind", PropagationOf(mount), Access(mount)]);
    }

    private static string PropagationOf(MountSpec mount) => mount.Propagation switch
    {
        "" => "rprivate",
        "rprivate" or "private" or "rshared" or "shared" or "rslave" or "slave" => mount.Propagation,
        _ => throw new ContainerException(
            ContainerFault.Invalid, $"mount at {mount.Target}: there is no propagation '{mount.Propagation}'"),
    };

    /// <remarks>No link in the volume leads out of it.</remarks>
    private static string Below(string volume, string content, string subpath)
    {
        if (subpath.Length == 0) return content;
        using var root = new RootedFolder(content);
        return root.Resolve(subpath) ?? throw new ContainerException(
            ContainerFault.Invalid, $"volume {volume} has no {subpath}: no such file or directory");
    }

    private static BundleMount Tmpfs(MountSpec mount)
    {
        ImmutableArray<string> usual = ["nosuid", "nodev", "noexec"];
        // An option that says the contrary of a usual one takes its place.
        var options = ImmutableArray.Create(
            [
                .. usual.Where(option => !mount.Options.Contains(option[2..])), .. mount.Options,
                "mode=" + Convert.ToString(mount.Mode ?? 0x3ff, 8), Access(mount),
            ]);
        if (mount.Size.Value > 0)
            options = options.Add(string.Create(CultureInfo.InvariantCulture, $"size={mount.Size.Value}"));
        return new BundleMount("tmpfs", "tmpfs", mount.Target, options);
    }

    private static string Access(MountSpec mount) => mount.ReadOnly ? "ro" : "rw";
}

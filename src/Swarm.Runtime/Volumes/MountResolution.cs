using System.Collections.Immutable;
using System.Security.Cryptography;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Linux.Rooted;
using Swarm.Linux.Users;
using Swarm.Runtime.Bundles;
using Swarm.Runtime.Records;

namespace Swarm.Runtime.Volumes;

/// <summary>Settles, once in a container's life, what is mounted in it: names are chosen, volumes are made and
/// filled.</summary>
/// <param name="users">By which the container's users are mapped; null: they are the host's.</param>
/// <param name="find">A container by name or id, or the beginning of one.</param>
internal sealed class MountResolution(
    VolumeStore volumes, ImageMounts images, IdMap? users, Func<string, ContainerRecord> find)
{
    private const int AnonymousNameBytes = 32;

    /// <param name="root">The container's root file system, in which nothing runs yet.</param>
    /// <exception cref="ContainerException">A source is missing, a name or option cannot be. Volumes that were given to
    /// the container stay given until <see cref="VolumeStore.Release"/>.</exception>
    public async Task<ImmutableArray<ContainerMount>> ResolveAsync(
        ContainerPlan plan, RootedFolder root, CancellationToken cancellation)
    {
        var others = plan.Spec.VolumesFrom.Select(VolumesFrom.Parse).SelectMany(Of).ToArray();
        var merged = MountMerge.Merge(plan.Spec.Mounts, others, plan.ImageVolumes);
        foreach (var mount in merged.Where(mount => mount.Spec.Kind == MountKind.Bind)) BindSource.Check(mount.Spec);
        var settled = ImmutableArray.CreateBuilder<ContainerMount>(merged.Length);
        foreach (var mount in merged)
        {
            settled.Add(mount.Spec.Kind switch
            {
                MountKind.Volume => await SettleAsync(plan.Definition.Id, mount, root, cancellation),
                MountKind.Bind => mount with { Path = mount.Spec.Source },
                MountKind.Tmpfs => mount,
                MountKind.Image => await images.SettleAsync(plan.Definition.Id, mount, users, cancellation),
                _ => throw new ContainerException(
                    ContainerFault.Invalid, $"mount at {mount.Spec.Target} is of unknown kind {mount.Spec.Kind}"),
            });
        }

        return settled.ToImmutable();
    }

    private IEnumerable<ContainerMount> Of(VolumesFrom from) => (find(from.Container).Mounts ?? [])
        .Where(mount => mount.Spec.Kind is MountKind.Volume or MountKind.Bind)
        .Select(mount => mount with
        {
            Spec = mount.Spec with { ReadOnly = mount.Spec.ReadOnly || from.ReadOnly, NoCopy = true },
            IsMapped = false,
        });

    private async Task<ContainerMount> SettleAsync(
        ContainerId id, ContainerMount mount, RootedFolder root, CancellationToken cancellation)
    {
        var spec = mount.Spec;
        var isNew = mount.IsAnonymous && spec.Source.Length == 0;
        var isOthers = mount.Path.Length > 0;
        var source = spec.NoCopy || spec.Subpath.Length > 0 ? null : Content(root, spec.Target);
        var labels = isNew ? spec.VolumeLabels.SetItem(VolumeState.AnonymousLabel, "") : spec.VolumeLabels;
        var definition = new VolumeDefinition(isNew ? NewName() : spec.Source)
        {
            Labels = labels,
            Options = spec.VolumeOptions,
        };
        var volume = isOthers
            ? volumes.TakeExisting(spec.Source, id)
            : volumes.Take(definition, id, isNew);
        if (source is not null) await volumes.FillAsync(volume, source, cancellation);
        return mount with
        {
            Spec = spec with { Source = volume.Name },
            Path = volume.Content,
            // What is mounted in a volume is not the engine's, and has the owners that it has.
            IsMapped = users is not null && !volume.Record.IsMounted,
        };
    }

    public static string NewName() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(AnonymousNameBytes));

    private static string? Content(RootedFolder root, string target)
    {
        var found = root.Resolve(target);
        if (found is null || Directory.Exists(found)) return found;
        throw new ContainerException(
            ContainerFault.Invalid, $"cannot mount volume over existing file, file exists {target}");
    }
}

using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Images;
using Swarm.Linux.Rooted;
using Swarm.Linux.Users;
using Swarm.Runtime.Builds;
using Swarm.Runtime.Bundles;
using Swarm.Runtime.Images;
using Swarm.Runtime.Records;
using Swarm.Runtime.Volumes;

namespace Swarm.Runtime;

/// <summary>What containers have of the host's files beyond their roots.</summary>
internal sealed partial class EngineCore
{
    private readonly ImageMounts _imageMounts;

    public VolumeStore Volumes { get; }

    /// <summary>Lets a container's volumes without a name be removed with it.</summary>
    public Task LetVolumesGoAsync(ContainerId id, CancellationToken cancellation) => ChangeAsync(
        id,
        (container, record) =>
        {
            if (record.Definition.KeepsVolumes)
                Keep(container, record with { Definition = record.Definition with { KeepsVolumes = false } });
            return Task.CompletedTask;
        },
        cancellation);

    /// <summary>Sees to it that a container's root is mounted.</summary>
    /// <remarks>At its gate: of one that is removed meanwhile, a root would be made anew that nobody takes away.
    /// </remarks>
    /// <returns>Where it is.</returns>
    /// <exception cref="ContainerException">There is no such container, or it is being made.</exception>
    public Task<string> MountRootAsync(ContainerId id, CancellationToken cancellation)
    {
        var container = Get(id);
        return AtGateAsync(
            container,
            () => Get(id).Record is { } record
                ? _images.MountRootAsync(record, record.ImageId, cancellation)
                : throw WrongPhase($"container {id.Short} is being made"),
            cancellation);
    }

    /// <summary>Keeps a container's volumes at their places while its files are worked on.</summary>
    public async Task<T> WithVolumesAsync<T>(
        ContainerRecord record, Func<Task<T>> work, CancellationToken cancellation)
    {
        var mounter = "work " + Guid.NewGuid().ToString("N");
        List<LiveVolume> attached = [];
        try
        {
            foreach (var volume in VolumeStore.NamesOf(record).Select(Volumes.Get))
            {
                await Volumes.AttachAsync(volume, mounter, cancellation);
                attached.Add(volume);
            }

            return await work();
        }
        finally
        {
            foreach (var volume in attached) await Volumes.DetachAsync(volume, mounter);
        }
    }

    /// <remarks>Once in a container's life: it has the same ones at each start.</remarks>
    private async Task<ContainerRecord> WithMountsAsync(
        ContainerRecord record, StoredImage image, CancellationToken cancellation)
    {
        if (record.Mounts is not null) return record;
        var plan = ContainerPlan.Of(record.Definition, image.Configuration, Environment.MachineName);
        var path = await _images.MountRootAsync(record, image.Id, cancellation);
        // A volume begins with files of the owners that the image says.
        var isFilled = !plan.ImageVolumes.IsEmpty || plan.Spec.Mounts.Any(mount => mount.Kind == MountKind.Volume);
        using var plain = record.Users is not null && isFilled
            ? await MountedRoot.MountAsync(_images, image.Id, cancellation)
            : null;
        using var root = new RootedFolder(plain?.Path ?? path);
        var resolution = new MountResolution(
            Volumes, _imageMounts, record.Users, named => Table.FindNamed(named)?.Record
                ?? throw new ContainerException(ContainerFault.Invalid, $"No such container: {named}"));
        return record with { Mounts = await resolution.ResolveAsync(plan, root, cancellation) };
    }

    /// <returns>Null where a container's users are those of the host.</returns>
    private IdMap? UsersOf(ContainerSpec spec) => spec.Shared.User == "host" ? null : _options.Users;

    private void ReleaseVolumes(ContainerRecord record)
    {
        _imageMounts.Release(record.Id, (record.Mounts ?? []).Select(mount => mount.Spec));
        var going = (record.Mounts ?? [])
            .Where(mount => mount.IsAnonymous && !record.Definition.KeepsVolumes)
            .Select(mount => mount.Spec.Source)
            .ToHashSet(StringComparer.Ordinal);
        Volumes.Release(record.Id, volume => going.Contains(volume.Name));
    }
}

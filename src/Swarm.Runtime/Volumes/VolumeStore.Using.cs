using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime.Records;

namespace Swarm.Runtime.Volumes;

/// <summary>The content of volumes: mounted for its first user, unmounted after its last one.</summary>
internal sealed partial class VolumeStore
{
    private const string FillingName = "filling";

    /// <summary>Makes a volume's content be at its place until <see cref="DetachAsync"/>.</summary>
    /// <param name="mounter">A container, or a work on its files.</param>
    /// <exception cref="ContainerException">It cannot be mounted, or is gone.</exception>
    public async Task AttachAsync(LiveVolume volume, string mounter, CancellationToken cancellation)
    {
        await volume.Gate.WaitAsync(cancellation);
        try
        {
            if (volume.Record.IsMounted) await mounting.MountAsync(volume, cancellation);
            lock (_lock) volume.Mounters.Add(mounter);
        }
        finally
        {
            volume.Gate.Release();
        }
    }

    /// <summary>Does nothing where it was not attached.</summary>
    public async Task DetachAsync(LiveVolume volume, string mounter)
    {
        await volume.Gate.WaitAsync(CancellationToken.None);
        try
        {
            bool isLast;
            lock (_lock) isLast = volume.Mounters.Remove(mounter) && volume.Mounters.Count == 0;
            if (isLast && volume.Record.IsMounted) VolumeMounting.Unmount(volume);
        }
        finally
        {
            volume.Gate.Release();
        }
    }

    /// <summary>Lets an empty volume begin with what the image has at its place.</summary>
    /// <param name="source">A folder of the container's root.</param>
    /// <remarks>It is filled in place, since others may have it mounted; a file beside it says that this has not come
    /// to its end, and lets it be done again. The first who works with it ends that: it is the user's from then on.
    /// </remarks>
    public async Task FillAsync(LiveVolume volume, string source, CancellationToken cancellation)
    {
        var mounter = "filling " + Guid.NewGuid().ToString("N");
        await AttachAsync(volume, mounter, cancellation);
        try
        {
            await volume.Gate.WaitAsync(cancellation);
            try
            {
                var filling = Path.Join(volume.Folder, FillingName);
                if (!File.Exists(filling) && Directory.EnumerateFileSystemEntries(volume.Content).Any()) return;
                File.WriteAllBytes(filling, []);
                await mounting.CopyAsync(source, volume, cancellation);
                File.Delete(filling);
            }
            finally
            {
                volume.Gate.Release();
            }
        }
        finally
        {
            await DetachAsync(volume, mounter);
        }
    }

    /// <summary>Attaches all volumes of a container that is about to have processes.</summary>
    public async Task AttachAllAsync(ContainerRecord record, CancellationToken cancellation)
    {
        foreach (var mount in VolumesOf(record))
        {
            var volume = Get(mount.Spec.Source);
            await AttachAsync(volume, record.Id.Value, cancellation);
            File.Delete(Path.Join(volume.Folder, FillingName));
            Tell(
                volume, "mount", ("container", record.Id.Value), ("destination", mount.Spec.Target),
                ("propagation", mount.Spec.Propagation), ("read/write", mount.Spec.ReadOnly ? "false" : "true"));
        }
    }

    /// <summary>A container's processes are gone. May be said again.</summary>
    public async Task DetachAllAsync(ContainerId container)
    {
        LiveVolume[] attached;
        lock (_lock)
            attached = [.. _volumes.Values.Where(volume => volume.Mounters.Contains(container.Value))];
        foreach (var volume in attached)
        {
            await DetachAsync(volume, container.Value);
            Tell(volume, "unmount", ("container", container.Value));
        }
    }

    private static IEnumerable<ContainerMount> VolumesOf(ContainerRecord record) =>
        (record.Mounts ?? []).Where(mount => mount.Spec.Kind == MountKind.Volume);
}

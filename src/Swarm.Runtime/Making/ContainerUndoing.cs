using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Images;
using Swarm.Linux;
using Swarm.Linux.Cgroups;
using Swarm.Linux.Processes;
using Swarm.Runtime.Exits;
using Swarm.Runtime.Networks;
using Swarm.Runtime.Processes;

namespace Swarm.Runtime.Making;

/// <summary>Takes a container apart, whole or half made. Every step does nothing where nothing is.</summary>
internal sealed partial class ContainerUndoing(
    EngineFolders folders,
    IImageStore images,
    INetworkPlane networks,
    ICgroups cgroups,
    OciRuntime runtime,
    MonitorEnding monitors,
    MonitorsAhead ahead,
    TimeProvider time,
    ILogger logger)
{
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(2);

    /// <summary>The kernel lets go of a killed process's things at once, or late on a busy host.</summary>
    private static readonly TimeSpan BusyPatience = TimeSpan.FromSeconds(5);

    /// <summary>Kills the processes and frees what belongs to one run: the rest stays for another.</summary>
    /// <param name="monitor">Its conmon; where it is not known, whatever works on the container is ended.</param>
    public async Task EndRunAsync(ContainerId id, ProcessIdentity monitor, CancellationToken cancellation)
    {
        ahead.Drop(id);
        if (monitor == default) await monitors.EndUnknownAsync(id, cancellation);
        // Of one whose processes have ended crun has nothing but a folder: that is worth no process of its own.
        if (monitor != default && cgroups.Remove(folders.Cgroup(id))) runtime.Forget(id);
        else runtime.Delete(id);
        await monitors.EndAsync(monitor, cancellation);
        // With what a conmon that was killed had begun to write aside.
        foreach (var file in Directory.GetFiles(folders.Exits, id.Value + "*")) File.Delete(file);
        var bundle = folders.Bundle(id);
        if (Directory.Exists(bundle)) MemoryNotice.Remove(folders, id);
        SharedMemory.Release(bundle);
        await RemoveCgroupAsync(id, cancellation);
    }

    /// <summary>Frees all but the record, the log and the volumes.</summary>
    public async Task UndoAsync(ContainerId id, ProcessIdentity monitor, CancellationToken cancellation)
    {
        await EndRunAsync(id, monitor, cancellation);
        await networks.DetachAsync(id, cancellation);
        await UnmountAsync(id, cancellation);
        var bundle = folders.Bundle(id);
        if (Directory.Exists(bundle)) Directory.Delete(bundle, recursive: true);
    }

    private async Task UnmountAsync(ContainerId id, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        while (true)
        {
            try
            {
                images.UnmountRoot(id, discard: true);
                return;
            }
            catch (LinuxException busy)
                when (busy.Number == Errno.EBUSY && time.GetElapsedTime(begun) < BusyPatience)
            {
                await Task.Delay(BusyPause, time, cancellation);
            }
        }
    }

    /// <remarks>A process that was killed leaves its cgroup a moment later.</remarks>
    private async Task RemoveCgroupAsync(ContainerId id, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        while (!cgroups.Remove(folders.Cgroup(id)))
        {
            if (time.GetElapsedTime(begun) > BusyPatience)
            {
                LogCgroupLeft(folders.Cgroup(id));
                return;
            }

            await Task.Delay(BusyPause, time, cancellation);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The cgroup {Path} could not be removed: processes are in it still")]
    private partial void LogCgroupLeft(string path);
}

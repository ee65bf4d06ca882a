using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Images;
using Swarm.Linux;
using Swarm.Linux.Cgroups;
using Swarm.Linux.Processes;
using Swarm.Linux.Watching;
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
    DescriptorWatch watch,
    TimeProvider time,
    ILogger logger)
{
    private const int BusyAttempts = 50;
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan MonitorPatience = TimeSpan.FromSeconds(2);

    /// <summary>Kills the processes and frees what belongs to one run: the rest stays for another.</summary>
    public async Task EndRunAsync(ContainerId id, ProcessIdentity monitor, CancellationToken cancellation)
    {
        runtime.Delete(id);
        await MonitorEndAsync(monitor, cancellation);
        File.Delete(folders.ExitFile(id));
        var bundle = folders.Bundle(id);
        if (Directory.Exists(bundle)) File.Delete(Path.Join(bundle, "oom"));
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

    /// <summary>conmon writes the exit code after the end of the process, and then ends itself.</summary>
    public async Task MonitorEndAsync(ProcessIdentity monitor, CancellationToken cancellation)
    {
        using var handle = ProcessHandle.Open(monitor);
        if (handle is null) return;
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = watch.Watch(handle, () => ended.TrySetResult());
        try
        {
            await ended.Task.WaitAsync(MonitorPatience, time, cancellation);
        }
        catch (TimeoutException)
        {
            LogMonitorKilled(monitor.Pid);
            handle.Signal(Bundles.Signals.Kill);
        }
    }

    private async Task UnmountAsync(ContainerId id, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                images.UnmountRoot(id, discard: true);
                return;
            }
            catch (LinuxException busy) when (busy.Number == Errno.EBUSY && attempt < BusyAttempts)
            {
                await Task.Delay(BusyPause, time, cancellation);
            }
        }
    }

    /// <remarks>A process that was killed leaves its cgroup a moment later.</remarks>
    private async Task RemoveCgroupAsync(ContainerId id, CancellationToken cancellation)
    {
        for (var attempt = 1; !cgroups.Remove(folders.Cgroup(id)); attempt++)
        {
            if (attempt == BusyAttempts)
            {
                LogCgroupLeft(folders.Cgroup(id));
                return;
            }

            await Task.Delay(BusyPause, time, cancellation);
        }
    }

    [LoggerMessage(LogLevel.Warning, "conmon {Pid} did not end with its container and was killed")]
    private partial void LogMonitorKilled(int pid);

    [LoggerMessage(LogLevel.Warning, "The cgroup {Path} could not be removed: processes are in it still")]
    private partial void LogCgroupLeft(string path);
}

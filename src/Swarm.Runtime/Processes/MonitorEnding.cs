using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Linux.Processes;
using Swarm.Linux.Watching;

namespace Swarm.Runtime.Processes;

/// <summary>Sees that the conmon of a container is gone, so that nobody writes where things are removed.</summary>
/// <remarks>conmon writes the exit code, and the log's last lines, after the end of the container's process.</remarks>
internal sealed partial class MonitorEnding(
    EngineOptions options, EngineFolders folders, DescriptorWatch watch, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>A killed process ends as soon as the kernel lets it: at once, unless it waits for a disk.</summary>
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(20);

    /// <summary>Waits until conmon has ended after its container did; one that does not is killed.</summary>
    /// <exception cref="ContainerException">It cannot be killed.</exception>
    public async Task EndAsync(ProcessIdentity monitor, CancellationToken cancellation)
    {
        using var handle = ProcessHandle.Open(monitor);
        if (handle is null || await HasEndedAsync(handle, Patience, cancellation)) return;
        LogKilled(monitor.Pid);
        await KillAsync(handle, monitor, cancellation);
    }

    /// <summary>
    /// Ends whatever makes or keeps a container of which it is not known who does: its making was not finished,
    /// or its record is lost. What they still have to say is of no use to anybody.
    /// </summary>
    /// <remarks>They are recognised by the program and the bundle, whose path no other container has.</remarks>
    /// <exception cref="ContainerException">They cannot be killed.</exception>
    public async Task EndUnknownAsync(ContainerId id, CancellationToken cancellation)
    {
        var bundle = folders.Bundle(id);
        // conmon and crun fork before they are what they will be: so it is looked again until none is there.
        while (RunningProcesses.Find(IsOurs) is { Count: > 0 } processes)
        {
            foreach (var process in processes)
            {
                using var handle = ProcessHandle.Open(process);
                if (handle is not null) await KillAsync(handle, process, cancellation);
            }
        }

        bool IsOurs(string[] arguments) =>
            arguments.Length > 0 && arguments.Contains(bundle)
            && (IsProgram(arguments[0]) || (arguments[0] == Spawner.ShellPath && arguments.Any(IsProgram)));
    }

    // crun by its name: where each engine sees it is another place.
    private bool IsProgram(string name) =>
        name.Equals(options.ConmonPath, StringComparison.Ordinal)
        || Path.GetFileName(name.AsSpan()).SequenceEqual(Path.GetFileName(options.CrunPath.AsSpan()));

    private async Task KillAsync(ProcessHandle handle, ProcessIdentity process, CancellationToken cancellation)
    {
        handle.Signal(Bundles.Signals.Kill);
        if (await HasEndedAsync(handle, KillPatience, cancellation)) return;
        throw new ContainerException(
            ContainerFault.Host, $"process {process.Pid} was killed and has not ended: it waits for the kernel");
    }

    private async Task<bool> HasEndedAsync(
        ProcessHandle handle, TimeSpan patience, CancellationToken cancellation)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = watch.WatchEnd(handle, () => ended.TrySetResult());
        try
        {
            await ended.Task.WaitAsync(patience, time, cancellation);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "conmon {Pid} did not end with its container and was killed")]
    private partial void LogKilled(int pid);
}

using System.Runtime.InteropServices;

namespace Swarm.Linux.Processes;

/// <summary>A child of this process. It must be waited for once, or its entry stays in the process table.</summary>
public sealed partial class SpawnedProcess(int pid)
{
    public int Pid => pid;

    /// <summary>Blocks until it ends.</summary>
    /// <returns>Its exit code; 128 + signal when a signal ended it.</returns>
    public int Wait()
    {
        int result, status;
        do
        {
            result = waitpid(pid, out status, 0);
        }
        while (SystemCall.WasInterrupted(result));
        SystemCall.Check(result, nameof(waitpid), $"{pid}");
        var signal = status & 0x7f;
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal;
    }

    /// <summary>
    /// Ends it at once, with all that it started and that did the same. Valid until it has been waited for.
    /// </summary>
    /// <remarks>Every one is stopped before the next is looked for: so none can start another meanwhile.</remarks>
    public void EndWithDescendants()
    {
        const int sigkill = 9;
        const int sigstop = 19;
        List<ProcessHandle> found = [];
        Collect(pid);
        foreach (var handle in found)
        {
            handle.Signal(sigkill);
            handle.Dispose();
        }

        void Collect(int parent)
        {
            if (ProcessIdentity.Of(parent) is not { } identity || ProcessHandle.Open(identity) is not { } handle)
                return;
            found.Add(handle);
            handle.Signal(sigstop);
            foreach (var child in ProcessIdentity.ChildrenOf(parent)) Collect(child);
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int waitpid(int pid, out int status, int options);
}

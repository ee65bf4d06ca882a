using System.Runtime.InteropServices;

namespace Swarm.Linux.Processes;

/// <summary>A child of this process. It must be waited for once, or its entry stays in the process table.</summary>
public sealed partial class SpawnedProcess(int pid)
{
    private const int SigKill = 9;
    private const int SigContinue = 18;
    private const int SigStop = 19;

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
        OwnChildren.Remove(pid);
        SystemCall.Check(result, nameof(waitpid), $"{pid}");
        var signal = status & 0x7f;
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal;
    }

    /// <summary>Nobody waits for it any more: whoever takes in orphans reaps it when it ends.</summary>
    public void Abandon() => OwnChildren.Remove(pid);

    /// <summary>Ends it at once; what it has started goes on. Valid until it has been waited for.</summary>
    public void End() => _ = kill(pid, SigKill);

    /// <summary>
    /// Ends it at once, with all that it started and that did the same. Valid until it has been waited for.
    /// </summary>
    /// <remarks>Every one is stopped before the next is looked for: so none can start another meanwhile.</remarks>
    public void EndWithDescendants()
    {
        foreach (var handle in StopAll()) Signal(handle, SigKill);
        // Out of descriptors it was not among them. Nobody else has its pid before it has been waited for.
        _ = kill(pid, SigKill);
    }

    /// <summary>Ends what it has started, and lets itself go on. Valid until it has been waited for.</summary>
    /// <remarks>So it reaps them. Who is left without a parent is reaped by the first process, which in a container
    /// may be one that does not; and a pid namespace does not end before all that were in it are reaped.</remarks>
    /// <returns>Whether there was anything to end.</returns>
    public bool EndDescendants()
    {
        if (StopAll() is not [var own, .. var others]) return false;
        foreach (var handle in others) Signal(handle, SigKill);
        Signal(own, SigContinue);
        return others.Count > 0;
    }

    /// <summary>It, and all that it started, from the top down. Each is stopped before the next is looked
    /// for; out of descriptors no more are.</summary>
    private List<ProcessHandle> StopAll()
    {
        List<ProcessHandle> found = [];
        try
        {
            Collect(pid);
        }
        catch (IOException)
        {
            // Those that are held can be ended at least.
        }

        return found;

        void Collect(int parent)
        {
            if (ProcessIdentity.Of(parent) is not { } identity || ProcessHandle.Open(identity) is not { } handle)
                return;
            found.Add(handle);
            handle.Signal(SigStop);
            foreach (var child in ProcessIdentity.ChildrenOf(parent)) Collect(child);
        }
    }

    private static void Signal(ProcessHandle process, int signal)
    {
        process.Signal(signal);
        process.Dispose();
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int waitpid(int pid, out int status, int options);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);
}

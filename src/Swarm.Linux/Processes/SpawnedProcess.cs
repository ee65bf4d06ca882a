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

    /// <summary>Ends it at once, with its process group. Valid until it has been waited for.</summary>
    public void End() => EndGroup(pid);

    /// <summary>Ends a process that leads a group, and the whole group, if it is still there.</summary>
    public static void EndGroup(ProcessIdentity leader)
    {
        if (leader.IsAlive) EndGroup(leader.Pid);
    }

    private static void EndGroup(int leader)
    {
        const int sigkill = 9;
        if (kill(-leader, sigkill) == 0) return;
        var refused = LinuxException.FromLastError(nameof(kill), $"{leader}");
        if (refused.Number != Errno.ESRCH) throw refused;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int waitpid(int pid, out int status, int options);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);
}

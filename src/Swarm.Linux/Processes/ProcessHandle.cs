using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Swarm.Linux.Processes;

/// <summary>One process, held so that a reused pid can never stand in for it.</summary>
/// <remarks>
/// A <see href="https://man7.org/linux/man-pages/man2/pidfd_open.2.html">pidfd</see>, Linux 5.3. It becomes readable
/// when the process ends.
/// </remarks>
public sealed partial class ProcessHandle() : SafeHandleMinusOneIsInvalid(ownsHandle: true)
{
    private const int PidfdOpen = 434;
    private const int PidfdSendSignal = 424;

    /// <summary>
    /// Holds a child that has not been waited for, which therefore keeps its pid even when it has ended.
    /// </summary>
    /// <exception cref="LinuxException">EMFILE when out of descriptors.</exception>
    public static ProcessHandle OpenChild(SpawnedProcess child)
    {
        var opened = new ProcessHandle();
        opened.SetHandle(SystemCall.Check(OpenCall(PidfdOpen, child.Pid, 0), "pidfd_open", $"{child.Pid}"));
        return opened;
    }

    /// <summary>The same; a child that cannot be held is ended and waited for: nobody else would. Of what it has
    /// started, all is ended that can be held.</summary>
    /// <inheritdoc cref="OpenChild"/>
    public static ProcessHandle OpenChildOrEnd(SpawnedProcess child)
    {
        ArgumentNullException.ThrowIfNull(child);
        try
        {
            return OpenChild(child);
        }
        catch (LinuxException)
        {
            child.EndWithDescendants();
            child.Wait();
            throw;
        }
    }

    /// <returns>Null when the process is no more, or another one has its pid.</returns>
    /// <exception cref="IOException">EMFILE when out of descriptors.</exception>
    public static ProcessHandle? Open(ProcessIdentity process)
    {
        var opened = new ProcessHandle();
        var descriptor = OpenCall(PidfdOpen, process.Pid, 0);
        if (descriptor == -1)
        {
            var refused = LinuxException.FromLastError("pidfd_open", $"{process.Pid}");
            return refused.Number is Errno.ESRCH or Errno.EINVAL ? null : throw refused;
        }

        opened.SetHandle(descriptor);
        var isHeld = false;
        try
        {
            // Looked at after opening: whoever has the pid now is the one that is held.
            isHeld = process.IsAlive;
        }
        finally
        {
            if (!isHeld) opened.Dispose();
        }

        return isHeld ? opened : null;
    }

    /// <param name="signal">As in signal(7).</param>
    /// <returns>Whether it was there to get it.</returns>
    /// <exception cref="LinuxException">EINVAL for a signal that does not exist.</exception>
    public bool Signal(int signal)
    {
        if (SignalCall(PidfdSendSignal, this, signal, 0, 0) == 0) return true;
        var refused = LinuxException.FromLastError("pidfd_send_signal", $"{signal}");
        return refused.Number == Errno.ESRCH ? false : throw refused;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => close((int)handle) == 0;

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint OpenCall(nint number, int pid, uint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SignalCall(nint number, ProcessHandle process, int signal, nint info, uint flags);

    [LibraryImport("libc")]
    private static partial int close(int fd);
}

using System.Runtime.InteropServices;
using System.Text;

namespace Swarm.Linux.Processes;

/// <summary>A named pipe on which another program waits for words.</summary>
/// <remarks><see href="https://man7.org/linux/man-pages/man7/fifo.7.html">fifo(7)</see>.</remarks>
public static partial class Fifo
{
    private const int O_WRONLY = 1;
    private const int O_NONBLOCK = 0x800;
    private const int O_CLOEXEC = 0x80000;
    private const int ENXIO = 6;

    /// <returns>Whether somebody was there to read it.</returns>
    public static bool TryWrite(string path, string text)
    {
        using var opened = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
        if (opened.IsInvalid)
        {
            var refused = LinuxException.FromLastError(nameof(open), path);
            return refused.Number is ENXIO or Errno.ENOENT ? false : throw refused;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        SystemCall.Check(write(opened, bytes, bytes.Length), nameof(write), path);
        return true;
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial FileDescriptor open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(FileDescriptor fd, byte[] buffer, nint count);
}

using System.Runtime.InteropServices;

namespace Swarm.Linux.Mounts;

/// <summary><c>/dev/null</c> of the mount namespace of the calling thread.</summary>
public static unsafe partial class NullDevice
{
    private const string Path = "/dev/null";
    private const ulong MS_RDONLY = 1;
    private const ulong MS_REMOUNT = 32;
    private const ulong MS_BIND = 4096;
    private const long ST_RDONLY = 1;

    /// <summary>Where the flags are in <c>struct statfs</c> of 64-bit Linux, in longs.</summary>
    private const int FlagsAt = 10;

    private static readonly Lock Gate = new();
    private static int _users;
    private static bool _isOurs;

    /// <summary>Makes it keep its owner and mode in this namespace; it takes what is written to it all the same.
    /// </summary>
    /// <remarks>crun gives the streams of a container to its user. Where one of them is <c>/dev/null</c>, that user
    /// could close the host's to everyone. On a read-only mount the owner cannot be changed, which crun passes over.
    /// What a process before has left protected stays so.</remarks>
    /// <returns>What ends it, when all of this process that wanted it have.</returns>
    public static IDisposable Protect()
    {
        lock (Gate)
        {
            if (_users == 0) _isOurs = Cover();
            _users++;
            return new Protection();
        }
    }

    /// <returns>False where it was so already.</returns>
    private static bool Cover()
    {
        var status = stackalloc long[32];
        SystemCall.Check(statfs(Path, status), nameof(statfs), Path);
        if ((status[FlagsAt] & ST_RDONLY) != 0) return false;
        SystemCall.Check(mount(Path, Path, null, MS_BIND, 0), "mount --bind", Path);
        SystemCall.Check(mount(null, Path, null, MS_REMOUNT | MS_BIND | MS_RDONLY, 0), "mount -o remount,ro", Path);
        return true;
    }

    private sealed class Protection : IDisposable
    {
        private bool _isOver;

        public void Dispose()
        {
            lock (Gate)
            {
                if (_isOver) return;
                _isOver = true;
                if (--_users == 0 && _isOurs) Mounting.Unmount(Path, detach: true);
            }
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mount(string? source, string target, string? type, ulong flags, nint options);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statfs(string path, long* status);
}

using System.Runtime.InteropServices;

namespace Swarm.Linux.Networking;

/// <summary>Network namespaces, kept by a file that they are mounted on, and entered by one thread at a time.</summary>
/// <remarks>
/// <see href="https://man7.org/linux/man-pages/man7/network_namespaces.7.html">network_namespaces(7)</see>. Needs
/// CAP_SYS_ADMIN.
/// A thread that changes its namespace must not be one of the pool: others would go on in the wrong one.
/// </remarks>
public static unsafe partial class NetworkNamespace
{
    private const string Own = "/proc/thread-self/ns/net";

    /// <summary>Makes a namespace, mounts it on a new file, and runs something in it, on the calling thread.</summary>
    /// <param name="inside">Sockets it opens stay in the namespace.</param>
    /// <remarks>When anything fails, no file is left. The thread is back where it was, or the process ends.</remarks>
    /// <exception cref="LinuxException">EEXIST when there is such a file; ENOSPC when out of namespaces.</exception>
    public static T Create<T>(string path, Func<FileDescriptor, T> inside)
    {
        ReservePath(path);
        try
        {
            using var before = OpenPath(Own);
            SystemCall.Check(unshare(Uapi.CLONE_NEWNET), nameof(unshare), "CLONE_NEWNET");
            try
            {
                SystemCall.Check(mount(Own, path, null, Uapi.MS_BIND, 0), nameof(mount), path);
                return inside(OpenPath(Own));
            }
            finally
            {
                Return(before);
            }
        }
        catch
        {
            Remove(path);
            throw;
        }
    }

    /// <summary>As <see cref="Create"/>, with a namespace that is there and is kept by the file from now on.</summary>
    /// <param name="source">As <c>/proc/PID/ns/net</c>.</param>
    public static T Keep<T>(string path, string source, Func<FileDescriptor, T> inside)
    {
        ReservePath(path);
        try
        {
            SystemCall.Check(mount(source, path, null, Uapi.MS_BIND, 0), nameof(mount), path);
            return Within(path, () => inside(OpenPath(Own)));
        }
        catch
        {
            Remove(path);
            throw;
        }
    }

    /// <summary>Runs something in the namespace, on the calling thread.</summary>
    public static T Within<T>(string path, Func<T> inside)
    {
        using var before = OpenPath(Own);
        Enter(path);
        try
        {
            return inside();
        }
        finally
        {
            Return(before);
        }
    }

    /// <summary>Moves the calling thread for good.</summary>
    /// <exception cref="LinuxException">ENOENT when there is no such file; EINVAL when it is no network
    /// namespace.</exception>
    public static void Enter(string path)
    {
        using var target = OpenPath(path);
        SystemCall.Check(setns(target, Uapi.CLONE_NEWNET), nameof(setns), path);
    }

    /// <summary>A descriptor of the namespace, which lives at least as long as it is open.</summary>
    public static FileDescriptor OpenPath(string path)
    {
        var opened = open(path, Uapi.O_RDONLY | Uapi.O_CLOEXEC);
        return opened.IsInvalid ? throw LinuxException.FromLastError(nameof(open), path) : opened;
    }

    /// <summary>
    /// Whether a namespace is mounted on the file, which may also be left empty by a crash or a reboot.
    /// </summary>
    public static bool IsMounted(string path)
    {
        // struct statfs is 120 bytes on 64-bit Linux; its first member is the type of the file system.
        var status = stackalloc long[32];
        return statfs(path, status) == 0 && *status == Uapi.NSFS_MAGIC;
    }

    /// <summary>
    /// Takes the namespace off its file and the file away; the kernel frees it when no process is in it.
    /// </summary>
    /// <remarks>Does nothing where nothing is.</remarks>
    /// <exception cref="LinuxException">EPERM without CAP_SYS_ADMIN.</exception>
    public static void Remove(string path)
    {
        // A file can carry several mounts, when one was put on another.
        while (umount2(path, Uapi.MNT_DETACH) == 0)
        {
        }

        var errno = Marshal.GetLastPInvokeError();
        if (errno is not (Errno.EINVAL or Errno.ENOENT)) throw new LinuxException(nameof(umount2), errno, path);
        File.Delete(path);
    }

    private static void ReservePath(string path)
    {
        try
        {
            new FileStream(path, FileMode.CreateNew, FileAccess.Write).Dispose();
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new LinuxException("create namespace", Errno.EEXIST, path);
        }
    }

    private static void Return(FileDescriptor before)
    {
        if (setns(before, Uapi.CLONE_NEWNET) == 0) return;

        // Anything this thread did from here on would be done to the wrong network.
        Environment.FailFast($"A thread could not leave a network namespace: errno {Marshal.GetLastPInvokeError()}");
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial FileDescriptor open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unshare(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(FileDescriptor ns, int kind);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mount(string source, string target, string? type, ulong flags, nint options);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int umount2(string target, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statfs(string path, long* status);
}

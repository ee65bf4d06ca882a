using System.Runtime.InteropServices;

namespace Swarm.Linux.Mounts;

/// <summary>The type of the file system a path is on.</summary>
/// <remarks><see href="https://man7.org/linux/man-pages/man2/statfs.2.html">statfs(2)</see>.</remarks>
public static partial class FileSystemKind
{
    private const long TmpfsMagic = 0x01021994;
    private const long Cgroup2Magic = 0x63677270;
    private const long NamespaceMagic = 0x6e736673;

    /// <summary>Larger than the kernel's structure on every platform.</summary>
    private const int StatfsSize = 256;

    public static bool IsTmpfs(string path) => Of(path) == TmpfsMagic;

    public static bool IsCgroup2(string path) => Of(path) == Cgroup2Magic;

    /// <summary>Whether the path is a namespace that was pinned there.</summary>
    public static bool IsNamespace(string path) => Of(path) == NamespaceMagic;

    /// <returns>The magic number, or null when there is nothing at the path.</returns>
    private static unsafe long? Of(string path)
    {
        var buffer = stackalloc byte[StatfsSize];
        int result;
        do
        {
            result = statfs(path, buffer);
        }
        while (SystemCall.WasInterrupted(result));
        if (result == 0) return *(long*)buffer;

        var refused = LinuxException.FromLastError(nameof(statfs), path);
        return refused.Number is Errno.ENOENT or Errno.ENOTDIR ? null : throw refused;
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int statfs(string path, byte* result);
}

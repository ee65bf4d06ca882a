using System.Runtime.InteropServices;

namespace Swarm.Linux.Namespaces;

/// <summary>Moves the calling thread between namespaces.</summary>
/// <remarks>
/// <see href="https://man7.org/linux/man-pages/man2/setns.2.html">setns(2)</see>,
/// <see href="https://man7.org/linux/man-pages/man2/unshare.2.html">unshare(2)</see>. For
/// threads made for the purpose only.
/// </remarks>
internal static partial class NamespaceCalls
{
    private const int CLONE_FS = 0x200;
    private const int CLONE_NEWNS = 0x20000;
    private const int O_RDONLY = 0;
    private const int O_CLOEXEC = 0x80000;

    /// <summary>
    /// Gives the thread its own root and working folder, without which it may not enter other mounts.
    /// </summary>
    public static void UnshareFileSystemView() => SystemCall.Check(unshare(CLONE_FS), "unshare(CLONE_FS)");

    /// <summary>Moves the thread into a copy of its mount namespace.</summary>
    public static void UnshareMounts() => SystemCall.Check(unshare(CLONE_NEWNS), "unshare(CLONE_NEWNS)");

    public static void EnterMounts(FileDescriptor namespaceFile) =>
        SystemCall.Check(setns(namespaceFile, CLONE_NEWNS), "setns(CLONE_NEWNS)");

    /// <summary>To the folder of that path in the mounts that the thread is in. Where there is none it stays where it
    /// is.</summary>
    public static void TryEnterFolder(string path) => _ = chdir(path);

    public static FileDescriptor Open(string path)
    {
        var opened = open(path, O_RDONLY | O_CLOEXEC);
        return opened.IsInvalid ? throw LinuxException.FromLastError(nameof(open), path) : opened;
    }

    /// <summary>The namespace of the process' first thread, which none of ours ever moves.</summary>
    public static FileDescriptor OpenProcessNamespace(string kind) => Open($"/proc/self/ns/{kind}");

    /// <summary>Where every thread of this process finds the namespace of the calling one.</summary>
    public static string ThreadNamespacePath(string kind) => $"/proc/self/task/{gettid()}/ns/{kind}";

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unshare(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(FileDescriptor fd, int kind);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chdir(string path);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial FileDescriptor open(string path, int flags);

    [LibraryImport("libc")]
    private static partial int gettid();
}

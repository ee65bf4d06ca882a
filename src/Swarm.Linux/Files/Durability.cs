using System.Runtime.InteropServices;
using System.Text;

namespace Swarm.Linux.Files;

/// <summary>Brings what was written to the disk, so that it is there after a loss of power.</summary>
public static partial class Durability
{
    /// <summary>Writes back all of the file system that holds a folder: cheaper than one call
    /// for each of many files.</summary>
    /// <remarks><see href="https://man7.org/linux/man-pages/man2/sync.2.html">syncfs(2)</see>;
    /// reports failed writes since Linux 5.8.</remarks>
    /// <exception cref="LinuxException">EIO, ENOSPC: something could not be written back.</exception>
    public static void SyncFileSystem(string folder)
    {
        using var opened = Open(folder);
        int synced;
        do
        {
            synced = syncfs(opened);
        }
        while (SystemCall.WasInterrupted(synced));
        SystemCall.Check(synced, "syncfs", folder);
    }

    /// <summary>Writes back a file, and no other.</summary>
    public static void SyncFile(string path)
    {
        using var file = File.OpenHandle(path, access: FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>Makes names that were made, moved or removed in a folder last.</summary>
    public static void SyncFolder(string folder)
    {
        using var opened = Open(folder);
        int synced;
        do
        {
            synced = fsync(opened);
        }
        while (SystemCall.WasInterrupted(synced));
        SystemCall.Check(synced, "fsync", folder);
    }

    /// <summary>Puts a file whose content is on the disk in the place of another one.</summary>
    /// <remarks>After a loss of power the new one is there if this returned, else one of the two.</remarks>
    public static void Replace(string path, string written)
    {
        File.Move(written, path, overwrite: true);
        SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    private static FileDescriptor Open(string folder)
    {
        Span<byte> buffer = stackalloc byte[NulTerminated.PathBytes];
        var terminated = NulTerminated.In(buffer, Encoding.UTF8.GetBytes(folder));
        var opened = open(in terminated[0], OpenFlags.Folder | OpenFlags.CloseOnExec, 0);
        return opened.IsInvalid ? throw LinuxException.FromLastError("open", folder) : opened;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial FileDescriptor open(in byte path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int syncfs(FileDescriptor fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(FileDescriptor fd);
}

using System.Runtime.InteropServices;
using System.Text;

namespace Swarm.Linux.Files;

public sealed partial class Folder
{
    private const int ListingBytes = 64 * 1024;

    /// <summary>Removes an entry that is no folder.</summary>
    /// <returns>False when there is none.</returns>
    /// <exception cref="LinuxException">EISDIR for a folder.</exception>
    public bool RemoveFile(ReadOnlySpan<byte> name)
    {
        var error = Unlink(name, 0);
        return error switch
        {
            0 => true,
            Errno.ENOENT => false,
            _ => throw new LinuxException("unlinkat", error, NulTerminated.Show(name)),
        };
    }

    /// <returns>False when there is none, or it is not empty.</returns>
    public bool RemoveEmptyFolder(ReadOnlySpan<byte> name)
    {
        var error = Unlink(name, OpenFlags.RemoveFolderAt);
        return error switch
        {
            0 => true,
            Errno.ENOENT or Errno.ENOTEMPTY or Errno.EEXIST => false,
            _ => throw new LinuxException("unlinkat", error, NulTerminated.Show(name)),
        };
    }

    /// <summary>Removes an entry of this folder with all below it. This folder should be a scratch folder.</summary>
    /// <remarks>
    /// Folders found below are moved up into this one under names of their own, so that a tree of any depth is removed
    /// with two open descriptors. Another file system mounted below is not entered, and refused.
    /// </remarks>
    /// <exception cref="LinuxException">EBUSY when something is mounted below.</exception>
    public void RemoveTree(string name) => RemoveTrees(new Stack<string>([name]));

    /// <summary>As <see cref="RemoveTree"/>, of several.</summary>
    /// <param name="left">The names, and what is left of them, by names in this folder, where it is refused.</param>
    /// <exception cref="LinuxException">EBUSY when something is mounted below.</exception>
    public void RemoveTrees(Stack<string> left)
    {
        while (left.TryPeek(out var next))
        {
            var moved = new Stack<string>();
            try
            {
                RemoveTop(next, moved);
                left.Pop();
            }
            finally
            {
                while (moved.TryPop(out var aside)) left.Push(aside);
            }
        }
    }

    private void RemoveTop(string name, Stack<string> moved)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        if (Unlink(bytes, 0) is var error && error is 0 or Errno.ENOENT) return;
        if (error is not (Errno.EISDIR or Errno.EPERM)) throw new LinuxException("unlinkat", error, name);

        using (var folder = Child(bytes) ?? throw new LinuxException("openat2", Errno.EBUSY, name))
        {
            Empty(folder, moved);
        }

        SystemCall.Check(Unlink(bytes, OpenFlags.RemoveFolderAt) == 0 ? 0 : -1, "unlinkat", name);
    }

    /// <summary>The names in this folder, in the order the file system gives them.</summary>
    public List<byte[]> Names()
    {
        var names = new List<byte[]>();
        using var listing = OpenListing();
        var buffer = new byte[ListingBytes];
        while (Read(listing, buffer) is var length and > 0) AddNames(buffer.AsSpan(0, length), names);
        return names;
    }

    private void Empty(Folder folder, Stack<string> moved)
    {
        foreach (var entry in folder.Names())
        {
            if (folder.Unlink(entry, 0) is var error && error is 0 or Errno.ENOENT) continue;
            if (error is not (Errno.EISDIR or Errno.EPERM))
                throw new LinuxException("unlinkat", error, NulTerminated.Show(entry));
            if (folder.RemoveEmptyFolder(entry)) continue;

            var aside = "removed-" + Guid.NewGuid().ToString("N");
            folder.Rename(entry, this, Encoding.ASCII.GetBytes(aside));
            moved.Push(aside);
        }
    }

    private int Unlink(ReadOnlySpan<byte> name, int flags)
    {
        Span<byte> buffer = stackalloc byte[NulTerminated.NameBytes];
        return unlinkat(descriptor, in NulTerminated.In(buffer, name)[0], flags) == 0
            ? 0
            : Marshal.GetLastPInvokeError();
    }

    private FileDescriptor OpenListing()
    {
        var opened = openat(descriptor, in "."u8[0], OpenFlags.Folder | OpenFlags.CloseOnExec, 0);
        return opened.IsInvalid ? throw LinuxException.FromLastError("openat") : opened;
    }

    private static int Read(FileDescriptor listing, byte[] buffer) =>
        (int)SystemCall.Check(getdents64(listing, ref buffer[0], (nuint)buffer.Length), "getdents64");

    // struct linux_dirent64: u64 inode, s64 offset, u16 length of the record, u8 type, then
    // the name ended by a zero byte.
    private static void AddNames(ReadOnlySpan<byte> records, List<byte[]> names)
    {
        while (!records.IsEmpty)
        {
            var length = MemoryMarshal.Read<ushort>(records[16..]);
            var name = records[19..length];
            name = name[..name.IndexOf((byte)0)];
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8)) names.Add(name.ToArray());
            records = records[length..];
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unlinkat(FileDescriptor fd, in byte name, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint getdents64(FileDescriptor fd, ref byte buffer, nuint size);
}

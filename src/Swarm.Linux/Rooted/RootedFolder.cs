using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Swarm.Linux.Files;

namespace Swarm.Linux.Rooted;

/// <summary>A folder taken as a root: paths and symbolic links in it lead nowhere else.</summary>
/// <remarks>
/// <see href="https://man7.org/linux/man-pages/man2/openat2.2.html">openat2(2)</see> with RESOLVE_IN_ROOT, Linux 5.6.
/// </remarks>
public sealed partial class RootedFolder : IDisposable
{
    private const int OpenAt2 = 437;
    private const long LargestText = 16 << 20;
    private const ulong O_DIRECTORY = 0x10000;
    private const ulong O_PATH = 0x200000;
    private const ulong O_CLOEXEC = 0x80000;
    private const ulong RESOLVE_NO_MAGICLINKS = 0x02;
    private const ulong RESOLVE_IN_ROOT = 0x10;

    private readonly FileDescriptor _root;
    private readonly string _path;

    public RootedFolder(string path)
    {
        _path = path;
        _root = open(path, (int)(O_PATH | O_CLOEXEC | Directory));
        if (_root.IsInvalid) throw LinuxException.FromLastError(nameof(open), path);
    }

    // arm64 has its own numbers for the flags that touch the kind of file.
    private static ulong Directory =>
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000UL : O_DIRECTORY;

    /// <summary>Reads a text file.</summary>
    /// <returns>Null when there is no such file: what is none of text may have no end, or be waited for.</returns>
    /// <exception cref="LinuxException">EOVERFLOW when it has more than 16 MiB.</exception>
    public string? ReadText(string path)
    {
        using var found = Open(path, O_PATH | O_CLOEXEC) is { } opened ? new Folder(opened) : null;
        if (found?.Status() is not { Kind: FileKind.Regular } status) return null;
        if (status.Size > LargestText) throw new LinuxException("read", Errno.EOVERFLOW, Path.Join(_path, path));
        using var file = new FileStream(LinkOf(found.Descriptor), FileMode.Open, FileAccess.Read);
        var text = new byte[status.Size];
        return Encoding.UTF8.GetString(text, 0, file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false));
    }

    /// <summary>Where a path leads, links followed within the root, as a path of the host.</summary>
    /// <returns>Null when there is nothing.</returns>
    public string? Resolve(string path)
    {
        using var opened = Open(path, O_PATH | O_CLOEXEC);
        return opened is null ? null : HostPath(opened);
    }

    /// <summary>The permissions of a folder, links followed within the root.</summary>
    /// <returns>The last twelve bits of its mode; null when there is no such folder.</returns>
    public int? ModeOf(string path)
    {
        try
        {
            using var found = Open(path, O_PATH | O_CLOEXEC | Directory) is { } opened ? new Folder(opened) : null;
            return found is null ? null : (int)(found.Status().Mode & 0xfff);
        }
        catch (LinuxException refused) when (refused.Number == Errno.ENOTDIR)
        {
            return null;
        }
    }

    /// <summary>Makes the folders of a path that are missing.</summary>
    /// <param name="owner">Whose those shall be that are made; null means root's.</param>
    /// <returns>The folder as a path of the host.</returns>
    /// <exception cref="LinuxException">ENOTDIR when something on the way is not a folder.</exception>
    public string MakeFolder(string path, (uint User, uint Group)? owner = null)
    {
        var walked = "/";
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            using var parent = Open(walked, O_PATH | O_CLOEXEC | Directory)
                ?? throw new LinuxException("mkdir", Errno.ENOENT, path);
            walked = walked.TrimEnd('/') + "/" + part;
            using var existing = Open(walked, O_PATH | O_CLOEXEC);
            if (existing is not null && !System.IO.Directory.Exists(HostPath(existing)))
            {
                throw new LinuxException("mkdir", Errno.ENOTDIR, walked);
            }

            if (existing is not null || part is "." or "..") continue;
            if (mkdirat(parent, part, 0x1ed) != 0)
            {
                var refused = LinuxException.FromLastError(nameof(mkdirat), walked);
                if (refused.Number != Errno.EEXIST) throw refused;
            }
            else if (owner is var (user, group))
            {
                var given = fchownat(parent, part, user, group, OpenFlags.NoFollowAt);
                SystemCall.Check(given, nameof(fchownat), walked);
            }
        }

        using var made = Open(walked, O_PATH | O_CLOEXEC | Directory)
            ?? throw new LinuxException("open", Errno.ENOENT, path);
        return HostPath(made);
    }

    public void Dispose() => _root.Dispose();

    private FileDescriptor? Open(string path, ulong flags)
    {
        ReadOnlySpan<ulong> how = [flags, 0, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS];
        nint result;
        do
        {
            result = openat2(
                OpenAt2, _root, path.Length == 0 ? "/" : path, in MemoryMarshal.GetReference(how),
                how.Length * sizeof(ulong));
            // EAGAIN: something was renamed while the kernel walked.
        }
        while (SystemCall.WasInterrupted(result) || (result == -1 && Marshal.GetLastPInvokeError() == Errno.EAGAIN));
        if (result >= 0) return new FileDescriptor((int)result);

        var refused = LinuxException.FromLastError(nameof(openat2), Path.Join(_path, path));
        return refused.Number == Errno.ENOENT ? null : throw refused;
    }

    private static string HostPath(FileDescriptor descriptor)
    {
        var link = LinkOf(descriptor);
        return new FileInfo(link).LinkTarget ?? throw new LinuxException("readlink", Errno.EIO, link);
    }

    private static string LinkOf(FileDescriptor descriptor) =>
        string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{descriptor.DangerousGetHandle()}");

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial FileDescriptor open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint openat2(nint number, FileDescriptor root, string path, in ulong how, nint size);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkdirat(FileDescriptor folder, string name, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int fchownat(FileDescriptor folder, string name, uint user, uint group, int flags);
}

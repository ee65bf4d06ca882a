using System.Runtime.InteropServices;

namespace Swarm.Linux.Files;

/// <summary>Whose a file is.</summary>
public static partial class FileOwner
{
    /// <summary>Gives a file to a user and a group.
    /// <see href="https://man7.org/linux/man-pages/man2/chown.2.html">chown(2)</see>.</summary>
    /// <exception cref="LinuxException">EPERM without CAP_CHOWN; ENOENT.</exception>
    public static void Set(string path, uint user, uint group) =>
        SystemCall.Check(chown(path, user, group), "chown", path);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chown(string path, uint owner, uint group);
}

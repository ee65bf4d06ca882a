using Swarm.Linux;
using Swarm.Linux.Files;
using Swarm.Linux.Rooted;

namespace Swarm.Runtime.Making;

/// <summary>The link by which programs find what is mounted at the place of old: <c>/etc/mtab</c>, as Docker makes it
/// where an image has none. It is no change of the container's.</summary>
/// <remarks>The Java runtime, for one, looks there: https://man7.org/linux/man-pages/man3/getmntent.3.html.</remarks>
internal static class MountTableLink
{
    public const string Path = "/etc/mtab";

    private const string Target = "/proc/mounts";

    private static ReadOnlySpan<byte> Name => "mtab"u8;

    /// <param name="owner">Whose it shall be; null means root's.</param>
    public static void Make(RootedFolder root, (uint User, uint Group)? owner)
    {
        try
        {
            using var folder = Folder.Open(root.MakeFolder("/etc", owner));
            if (folder.Status(Name) is not null) return;
            folder.MakeSymbolicLink(Name, System.Text.Encoding.UTF8.GetBytes(Target));
            if (owner is var (user, group)) folder.SetOwner(Name, user, group);
        }
        catch (LinuxException refused) when (refused.Number is Errno.ENOTDIR or Errno.ENOENT or Errno.ELOOP)
        {
            // The image has a file there, or a link that leads nowhere.
        }
    }

    /// <param name="upper">The folder of a container's changes.</param>
    /// <returns>Whether it has the link, and nothing else of that name.</returns>
    public static bool IsIn(string upper) => new FileInfo(upper + Path).LinkTarget == Target;
}

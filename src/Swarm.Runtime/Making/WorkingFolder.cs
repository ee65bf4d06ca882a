using Swarm.Linux;
using Swarm.Linux.Rooted;

namespace Swarm.Runtime.Making;

/// <summary>The folder in which a container's command starts. It is there from the container's creation on, so that
/// files can be copied into it before the first start.</summary>
internal static class WorkingFolder
{
    private const string Top = "/";

    internal static void MakeIn(string rootPath, string path, (uint User, uint Group)? owner)
    {
        if (path == Top) return;
        using var root = new RootedFolder(rootPath);
        Make(root, path, owner);
    }

    /// <exception cref="ContainerException">Something on its way is not a folder, or the host refused.</exception>
    internal static void Make(RootedFolder root, string path, (uint User, uint Group)? owner)
    {
        try
        {
            root.MakeFolder(path, owner);
        }
        catch (LinuxException refused)
        {
            throw new ContainerException(
                ContainerFault.Invalid,
                refused.Number == Errno.ENOTDIR
                    ? $"Cannot mkdir: {path} is not a directory"
                    : $"working directory {path} could not be made: {refused.Message}",
                refused);
        }
    }
}

using Swarm.Core.Containers;
using Swarm.Linux.Mounts;
using Swarm.Linux.Rooted;

namespace Swarm.Runtime.Volumes;

/// <summary>The file or folder of the host that is bound into a container.</summary>
internal static class BindSource
{
    /// <summary>Whether it can be bound as it is asked to. One that is made when it is missing need not be there.
    /// </summary>
    /// <exception cref="ContainerException">It cannot; in Docker's words. Or its file system does not
    /// answer.</exception>
    public static void Check(MountSpec mount)
    {
        if (mount.Source.Length == 0 || mount.Source[0] != '/')
            throw Invalid($"invalid mount path: '{mount.Source}' mount path must be absolute");
        AnsweringPath.Expect(mount.Source);
        using var root = new RootedFolder("/");
        var path = root.Resolve(mount.Source);
        if (path is null && !mount.CreateSource) throw Invalid($"bind source path does not exist: {mount.Source}");
        CheckPropagation(mount, path ?? "/");
    }

    /// <summary>Makes it where it is missing and may be made: a folder.</summary>
    public static void Prepare(MountSpec mount)
    {
        Check(mount);
        // A link that leads nowhere is left as it is, and refused by crun.
        if (mount.CreateSource && !Path.Exists(mount.Source)) Directory.CreateDirectory(mount.Source);
    }

    /// <remarks>What a container mounts can only be seen where its source lets it out.</remarks>
    private static void CheckPropagation(MountSpec mount, string path)
    {
        if (mount.Propagation is "" or "rprivate" or "private") return;
        if (mount.Propagation is not ("rshared" or "shared" or "rslave" or "slave"))
            throw Invalid($"invalid propagation mode: {mount.Propagation}");
        var on = MountTable.Read().Find(path);
        var isShared = mount.Propagation is "rshared" or "shared";
        if (isShared && !on.IsShared) throw Refused("it is not a shared mount");
        if (!isShared && !on.IsShared && !on.IsSlave) throw Refused("it is not a shared or slave mount");

        ContainerException Refused(string why) =>
            new(ContainerFault.Invalid, $"path {mount.Source} is mounted on {on.Point} but {why}");
    }

    private static ContainerException Invalid(string message) =>
        new(ContainerFault.Invalid, $"invalid mount config for type \"bind\": {message}");
}

using System.Collections.Immutable;
using System.Globalization;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Linux.Mounts;
using Swarm.Runtime.Bundles;

namespace Swarm.Runtime.Making;

/// <summary>The <c>/dev/shm</c> of containers that share their IPC namespace: whoever shares one has both.</summary>
/// <remarks>That of a container from which others may have it is mounted beside its bundle, for no container can
/// mount what lies in another one's mount namespace.</remarks>
internal static class SharedMemory
{
    private const string Target = "/dev/shm";
    private const string HostPath = "/dev/shm";
    private const string OfContainer = "container:";
    private const long DefaultBytes = 64 * 1024 * 1024;

    /// <param name="owner">Whose it is; null means root's.</param>
    /// <returns>None where the container has one of its own.</returns>
    /// <exception cref="ContainerException">The other container does not share its own.</exception>
    public static ImmutableArray<BundleMount> Choose(
        ContainerSpec spec, string bundle, Func<ContainerId, string> find, (uint User, uint Group)? owner)
    {
        if (spec.Mounts.Any(mount => mount.Target.TrimEnd('/') == Target)) return [];
        return spec.Shared.Ipc switch
        {
            "host" => [Bind(HostPath)],
            "shareable" => [Bind(Make(PathIn(bundle), spec.ShmSize.Value, owner ?? (0, 0)))],
            ['c', ..] and var other => [Bind(Existing(find(new ContainerId(other[OfContainer.Length..])), other))],
            _ => [],
        };
    }

    /// <summary>Lets go of it, where there is one.</summary>
    public static void Release(string bundle)
    {
        var path = PathIn(bundle);
        if (!Directory.Exists(path)) return;
        while (Mounting.Unmount(path, detach: true))
        {
            // One that was left by a run that was not undone lies below.
        }

        Directory.Delete(path);
    }

    private static string Make(string path, long bytes, (uint User, uint Group) owner)
    {
        Directory.CreateDirectory(path);
        Mounting.Tmpfs(path, string.Create(
            CultureInfo.InvariantCulture,
            $"mode=1777,size={(bytes > 0 ? bytes : DefaultBytes)},uid={owner.User},gid={owner.Group}"));
        return path;
    }

    private static string Existing(string bundle, string other) => Directory.Exists(PathIn(bundle))
        ? PathIn(bundle)
        : throw new ContainerException(
            ContainerFault.Invalid,
            $"{other}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)");

    private static BundleMount Bind(string source) =>
        new("bind", source, Target, ["bind", "rprivate", "nosuid", "noexec", "nodev"]);

    private static string PathIn(string bundle) => Path.Join(bundle, "shm");
}

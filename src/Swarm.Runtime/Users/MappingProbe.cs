using Swarm.Linux;
using Swarm.Linux.Mounts;
using Swarm.Linux.Namespaces;
using Swarm.Linux.Overlay;
using Swarm.Linux.Users;

namespace Swarm.Runtime.Users;

/// <summary>Whether users of containers can be mapped on this host: tried, since neither the version of the kernel nor
/// the kind of file system tells.</summary>
internal static class MappingProbe
{
    /// <param name="dataRoot">Where the files of containers are.</param>
    /// <param name="passed">The folder through which mapped users come to their roots.</param>
    /// <exception cref="ContainerException">They cannot be, and why.</exception>
    public static async Task RequireAsync(
        IdMap users, string dataRoot, string passed, CancellationToken cancellation)
    {
        RequirePassable(passed);
        var place = Directory.CreateDirectory(Path.Join(dataRoot, ".probe-" + Guid.NewGuid().ToString("N"))).FullName;
        try
        {
            await PrivateMounts.RunAsync(() => Try(users, place), cancellation);
        }
        catch (LinuxException refused)
        {
            throw new ContainerException(
                ContainerFault.Host,
                $"users of containers cannot be mapped on this host (swarm.runtime.userns-remap): {refused.Message}; "
                + "it takes user namespaces (user.max_user_namespaces), Linux 5.19, and below "
                + $"{dataRoot} a file system that can show other owners, as ext4, xfs and btrfs can",
                refused);
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }

    private static bool Try(IdMap users, string place)
    {
        foreach (var name in (string[])["lower", "upper", "work"]) Directory.CreateDirectory(Path.Join(place, name));
        IdMappedMount.Attach(place, place, users);
        using var overlay = OverlayMount.Create(
            [Path.Join(place, "lower")], Path.Join(place, "upper"), Path.Join(place, "work"));
        using var made = overlay.Root.MakeFolder("made"u8, 0x1c0) ? overlay.Root.Child("made"u8) : null;
        return made is not null;
    }

    private static void RequirePassable(string passed)
    {
        for (var folder = passed; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.GetUnixFileMode(folder).HasFlag(UnixFileMode.OtherExecute)) continue;
            throw new ContainerException(
                ContainerFault.Host,
                $"users of containers are mapped, and may not pass {folder} to their roots: chmod o+x {folder}");
        }
    }
}

using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Swarm.Linux;
using Swarm.Linux.Files;
using Swarm.Linux.Mounts;
using Swarm.Linux.Rooted;
using Swarm.Linux.Users;
using Swarm.Runtime.Bundles;
using Swarm.Runtime.Volumes;

namespace Swarm.Runtime.Files;

/// <summary>A container's root with its volumes at their places, in mounts that only one thread sees.</summary>
/// <remarks>The mounts end with the thread's namespace. A mount point is held while it is mounted on: no program of the
/// container can put a link in its place meanwhile.</remarks>
internal static class RootView
{
    /// <param name="path">Where the root is mounted.</param>
    /// <returns>The root, to be disposed of.</returns>
    /// <param name="users">By which the root is shown; null: owners are as they are.</param>
    public static Folder Open(string path, ImmutableArray<BundleMount> mounts, IdMap? users)
    {
        using (var root = Folder.Open(path))
        {
            foreach (var mount in mounts)
            {
                if (PointOf(root, path, mount, users) is not { } point) continue;
                using (point)
                {
                    using var below = mount.Below.Length > 0 ? HeldSubpaths.Find(mount) : null;
                    if (mount.Below.Length > 0 && below is null) continue;
                    var source = below is null ? mount.Source : HeldSubpaths.PathOf(below);
                    var target = HeldSubpaths.PathOf(point);
                    if (users is not null && mount.Options.Contains(MountChoice.Mapped))
                        IdMappedMount.Attach(source, target, users);
                    else Mounting.BindAll(source, target);
                }
            }
        }

        return Folder.Open(path);
    }

    /// <remarks>Where the container was never started, the place to mount at may be missing: it is made, as it would be
    /// then.</remarks>
    private static FileDescriptor? PointOf(Folder root, string path, BundleMount mount, IdMap? users)
    {
        var target = Encoding.UTF8.GetBytes(mount.Target);
        if (root.OpenAny(target) is { } found) return found;
        if (!Directory.Exists(mount.Source)) return null;
        using (var rooted = new RootedFolder(path)) rooted.MakeFolder(mount.Target, users?.Root);
        return root.OpenAny(target);
    }

    /// <summary>What a bundle binds into its container.</summary>
    public static ImmutableArray<BundleMount> ReadMounts(string bundle)
    {
        var file = Path.Join(bundle, "config.json");
        if (!File.Exists(file)) return [];
        var mounts = JsonNode.Parse(File.ReadAllBytes(file))!["mounts"]!.AsArray();
        return
        [
            .. mounts.Select(mount => new BundleMount(
                Text(mount!, "type"), Text(mount!, "source"), Text(mount!, "destination"),
                [.. mount!["options"]!.AsArray().Select(option => option!.GetValue<string>())])),
        ];
    }

    private static string Text(JsonNode mount, string name) => mount[name]!.GetValue<string>();
}

using System.Text.Json.Nodes;
using Swarm.Core.Containers;

namespace Swarm.Api.Containers;

/// <summary>The file systems of a container beyond its root, as its document shows them.</summary>
internal static class MountDocument
{
    public static JsonArray Of(ShownContainer shown)
    {
        var mounts = new JsonArray();
        var targets = shown.State.Definition.Spec.Mounts.Select(mount => mount.Target.TrimEnd('/')).ToHashSet();
        var ofImage = shown.Image?.Configuration.Volumes
            .Where(target => !targets.Contains(target.TrimEnd('/')))
            .Select(target => new MountSpec(MountKind.Volume, "", target)) ?? [];
        // Docker names those given as tmpfs among the settings of the host only.
        foreach (var mount in shown.State.Definition.Spec.Mounts.Concat(ofImage)
            .Where(mount => mount.Kind != MountKind.Tmpfs))
        {
            mounts.Add(Describe(mount));
        }

        return mounts;
    }

    private static JsonObject Describe(MountSpec mount)
    {
        var described = new JsonObject { ["Type"] = mount.Kind == MountKind.Bind ? "bind" : "volume" };
        if (mount.Kind == MountKind.Volume) described["Name"] = mount.Source;
        described["Source"] = mount.Kind == MountKind.Bind ? mount.Source : "";
        described["Destination"] = mount.Target;
        if (mount.Kind == MountKind.Volume) described["Driver"] = "local";
        described["Mode"] = mount.ReadOnly ? "ro" : "";
        described["RW"] = !mount.ReadOnly;
        described["Propagation"] = mount.Kind == MountKind.Bind ? "rprivate" : "";
        return described;
    }
}

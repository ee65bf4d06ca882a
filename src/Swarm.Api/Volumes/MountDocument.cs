using System.Text.Json.Nodes;
using Swarm.Api.Containers;
using Swarm.Core.Containers;
using Swarm.Runtime.Volumes;

namespace Swarm.Api.Volumes;

/// <summary>The file systems of a container beyond its root, as its document shows them.</summary>
internal static class MountDocument
{
    public static JsonArray Of(ShownContainer shown)
    {
        return new JsonArray(
        [
            .. shown.State.Mounts
                .Where(mount => mount.Spec.Kind != MountKind.Tmpfs || !IsOfHost(mount.Spec.Target))
                .Select(Describe),
        ]);

        // Docker names those given as Tmpfs among the settings of the host only.
        bool IsOfHost(string target) => shown.Asked.Object("HostConfig").Object("Tmpfs").Names
            .Any(named => named.TrimEnd('/') == target);
    }

    private static JsonObject Describe(ContainerMount mount)
    {
        var spec = mount.Spec;
        var isVolume = spec.Kind == MountKind.Volume;
        var described = new JsonObject
        {
            ["Type"] = spec.Kind switch
            {
                MountKind.Bind => "bind",
                MountKind.Tmpfs => "tmpfs",
                MountKind.Image => "image",
                _ => "volume",
            },
        };
        if (isVolume) described["Name"] = spec.Source;
        described["Source"] = mount.Path;
        described["Destination"] = spec.Target;
        if (isVolume) described["Driver"] = VolumeReading.Driver;
        described["Mode"] = spec.Words;
        described["RW"] = !spec.ReadOnly;
        described["Propagation"] = spec.Kind != MountKind.Bind ? ""
            : spec.Propagation.Length > 0 ? spec.Propagation : "rprivate";
        return described;
    }
}

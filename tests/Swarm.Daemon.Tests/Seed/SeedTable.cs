using System.Collections.Immutable;
using System.Text.Json.Nodes;
using static Swarm.Daemon.Tests.Seed.SeedRule;

namespace Swarm.Daemon.Tests.Seed;

/// <summary>The fields of the two documents of 2015 that are not the same today. All others are.</summary>
/// <remarks>The table of docs/seed-containers.md.</remarks>
internal static class SeedTable
{
    private const string Address = "^172[.][0-9]+[.][0-9]+[.][0-9]+$";
    private const string Time = "^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[.][0-9]+Z$";
    private const string WholeId = "^[0-9a-f]{64}$";

    public static ImmutableArray<SeedRule> Rules { get; } =
    [
        new Moved("Config.CpuShares", "HostConfig.CpuShares"),
        new Moved("Config.Cpuset", "HostConfig.CpusetCpus"),
        new Own("Config.Hostname", "^[0-9a-f]{12}$", "the beginning of its id"),
        new Died("Config.MacAddress", "one for each network, at `NetworkSettings.Networks`"),
        new Moved("Config.Memory", "HostConfig.Memory"),
        new Moved("Config.MemorySwap", "HostConfig.MemorySwap"),
        new Died("Config.NetworkDisabled", "left out while it is false"),
        new Died("Config.PortSpecs", "replaced by `ExposedPorts`"),
        new Own("Created", Time, "when it was made"),
        new Reworded("Driver", "\"devicemapper\"", "\"overlay2\"", "layers are kept by overlayfs"),
        new Died("ExecDriver", "there is one way to run a container"),
        new Reworded("HostConfig.Devices", "null", "[]", "none"),
        new Reworded("HostConfig.Dns", "null", "[]", "none"),
        new Reworded("HostConfig.DnsSearch", "null", "[]", "none"),
        new Reworded("HostConfig.IpcMode", "\"\"", "\"private\"", "the default has a name"),
        new Died("HostConfig.LxcConf", "LXC is not used any more"),
        new Reworded("HostConfig.NetworkMode", "\"\"", "\"bridge\"", "the default has a name"),
        new Reworded("HostConfig.PortBindings", "null", "{}", "none"),
        new Reworded(
            "HostConfig.RestartPolicy", """{"MaximumRetryCount":0,"Name":""}""",
            """{"Name":"no","MaximumRetryCount":0}""", "the default has a name"),
        new Own("HostnamePath", "^/.*/hostname$", "below the run root, while it is made"),
        new Own("HostsPath", "^/.*/hosts$", "below the run root, while it is made"),
        new Own("Id", WholeId, "drawn when it was made"),
        new Own("Image", "^sha256:[0-9a-f]{64}$", "the digest of its image, and says which kind of digest"),
        new Reworded(
            "NetworkSettings.Bridge", "\"docker0\"", "\"\"", "networks have names, at `NetworkSettings.Networks`"),
        new Own("NetworkSettings.Gateway", Address, "of the node's default network"),
        new Own("NetworkSettings.IPAddress", Address, "given when it was started"),
        new Reworded("NetworkSettings.IPPrefixLen", "16", "24", "the node's default network has 256 addresses"),
        new Own("NetworkSettings.MacAddress", "^([0-9a-f]{2}:){5}[0-9a-f]{2}$", "given when it was started"),
        new Died("NetworkSettings.PortMapping", "replaced by `Ports`"),
        new Told("NetworkSettings.Ports", "IPv6 addresses may stand beside `0.0.0.0`", SamePorts),
        new Own("ResolvConfPath", "^/.*/resolv.conf$", "below the run root, while it is made"),
        new Own("State.Pid", "^[1-9][0-9]*$", "of its first process"),
        new Own("State.StartedAt", Time, "when it was started"),
        new Told("Volumes", "told by `Mounts`: `Destination` and `Source`; a place is a whole path", SameVolumes),
        new Told("VolumesRW", "told by `Mounts`: `RW`", SameAccess),
    ];

    private static string SamePorts(JsonNode? then, JsonObject today)
    {
        var now = Find(today, "NetworkSettings.Ports") as JsonObject ?? [];
        foreach (var (port, bindings) in then!.AsObject())
        {
            if (!now.ContainsKey(port)) return $"{port} is not there";
            var listed = now[port] as JsonArray;
            if (bindings is not JsonArray expected)
            {
                if (listed is not null) return $"{port} is published: {listed.ToJsonString()}";
                continue;
            }

            if (!expected.All(binding => listed?.Any(own => JsonNode.DeepEquals(own, binding)) ?? false))
                return $"{port} is at {listed?.ToJsonString()}, not {expected.ToJsonString()}";
        }

        return "";
    }

    private static string SameVolumes(JsonNode? then, JsonObject today)
    {
        var mounts = MountsOf(today);
        foreach (var (place, source) in then!.AsObject())
        {
            if (!mounts.TryGetValue(Whole(place), out var mount)) return $"nothing is mounted at {place}";
            var now = mount["Source"]!.GetValue<string>();
            var isVolume = source!.GetValue<string>().Contains("/vfs/dir/", StringComparison.Ordinal);
            // A volume's folder bears a name of its own; a folder of the host is the same.
            if (isVolume ? !now.EndsWith("/_data", StringComparison.Ordinal) : now.TrimEnd('/') != $"{source}")
                return $"{place} is {now}, not {source}";
        }

        return mounts.Count == then!.AsObject().Count ? "" : $"more is mounted: {string.Join(", ", mounts.Keys)}";
    }

    private static string SameAccess(JsonNode? then, JsonObject today)
    {
        var mounts = MountsOf(today);
        return string.Join(", ", then!.AsObject()
            .Where(volume => !JsonNode.DeepEquals(volume.Value, mounts.GetValueOrDefault(Whole(volume.Key))?["RW"]))
            .Select(volume => $"{volume.Key} is not {volume.Value}"));
    }

    /// <summary>Docker of 2015 took a place without a slash for one below the root.</summary>
    private static string Whole(string place) => "/" + place.TrimStart('/');

    private static Dictionary<string, JsonObject> MountsOf(JsonObject today) => today["Mounts"]!.AsArray().ToDictionary(
        mount => mount!["Destination"]!.GetValue<string>(), mount => mount!.AsObject());
}

using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;

namespace Swarm.Api.Containers;

/// <summary>What a container may be asked to be in Docker and cannot be here: it is refused rather than passed
/// over.</summary>
/// <remarks>Listed in docs/docker-api.md.</remarks>
internal static class UnsupportedFields
{
    private static readonly string[] OfConfig = ["Domainname", "NetworkDisabled", "OnBuild"];

    private static readonly string[] OfHost =
    [
        "Annotations", "BlkioDeviceReadBps", "BlkioDeviceReadIOps", "BlkioDeviceWriteBps", "BlkioDeviceWriteIOps",
        "BlkioWeight", "BlkioWeightDevice", "Cgroup", "CgroupParent", "CpuCount", "CpuPercent", "CpuRealtimePeriod",
        "CpuRealtimeRuntime", "CpusetMems", "DeviceCgroupRules", "DeviceRequests", "Devices", "DnsOptions",
        "DnsSearch", "GroupAdd", "IOMaximumBandwidth", "IOMaximumIOps", "Init", "KernelMemory", "KernelMemoryTCP",
        "OomKillDisable", "OomScoreAdj", "PidMode", "StorageOpt", "UTSMode", "Ulimits", "VolumesFrom",
    ];

    /// <summary>Fields of which some words mean what is done anyway.</summary>
    private static readonly (string Name, string[] Words)[] OfHostWithWords =
    [
        ("CgroupnsMode", ["private"]),
        ("IpcMode", ["private", "shareable"]),
        ("Isolation", ["default"]),
        ("Runtime", ["runc", "crun", "io.containerd.runc.v2"]),
        ("UsernsMode", ["host"]),
        ("VolumeDriver", ["local"]),
    ];

    /// <exception cref="ApiException">Names the first field that asks for what is not supported.</exception>
    public static void Refuse(JsonFields config, JsonFields host)
    {
        RefuseAll(config, OfConfig);
        RefuseAll(host, OfHost);
        foreach (var (name, words) in OfHostWithWords)
        {
            if (host.Text(name) is { Length: > 0 } word && !words.Contains(word)) throw Unsupported(host, name, word);
        }

        if (host.Object("LogConfig").Text("Type") is not ("" or "json-file" or "local") and var driver)
            throw Unsupported(host, "LogConfig.Type", driver);
        if (host.Has("MemorySwappiness") && host.Number("MemorySwappiness") != -1)
            throw Unsupported(host, "MemorySwappiness", $"{host.Number("MemorySwappiness")}");
        foreach (var name in (string[])["MaskedPaths", "ReadonlyPaths"])
        {
            if (host.Has(name)) throw Unsupported(host, name, "a list of paths");
        }
    }

    private static void RefuseAll(JsonFields fields, string[] names)
    {
        foreach (var name in names)
        {
            if (!fields.IsDefault(name)) throw Unsupported(fields, name, fields.Node[name]!.ToJsonString());
        }
    }

    private static ApiException Unsupported(JsonFields fields, string name, string value) => new(
        StatusCodes.Status501NotImplemented,
        $"{fields.PathOf(name)} = {value} is not supported by this version of Swarm");
}

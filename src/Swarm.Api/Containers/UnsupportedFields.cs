using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;

namespace Swarm.Api.Containers;

/// <summary>What a container may be asked to be in Docker and cannot be here: it is refused rather than passed
/// over.</summary>
/// <remarks>Listed in docs/docker-api.md.</remarks>
internal static class UnsupportedFields
{
    private static readonly string[] OfConfig = ["OnBuild"];

    private static readonly string[] OfHost =
    [
        "Cgroup", "CpuCount", "CpuPercent", "CpuRealtimePeriod", "CpuRealtimeRuntime",
        "DeviceRequests", "IOMaximumBandwidth", "IOMaximumIOps", "KernelMemory", "KernelMemoryTCP",
    ];

    /// <summary>Fields of which some words mean what is done anyway.</summary>
    private static readonly (string Name, string[] Words)[] OfHostWithWords =
    [
        ("Isolation", ["default"]),
        ("UsernsMode", ["host"]),
        ("VolumeDriver", ["local"]),
    ];

    /// <summary>Names under which clients know what makes containers here.</summary>
    private static readonly string[] Runtimes = ["runc", "crun", "io.containerd.runc.v2"];

    /// <summary>Kernels have no limit on memory of their own any more: from 1.42 on Docker passes it over.</summary>
    public static void DropWhereGone(HttpContext context, JsonFields host)
    {
        if (!ApiVersion.IsBefore(context, 42)) host.Drop("KernelMemory");
    }

    /// <exception cref="ApiException">Names the first field that asks for what is not supported.</exception>
    public static void Refuse(JsonFields config, JsonFields host)
    {
        RefuseAll(config, OfConfig);
        RefuseAll(host, OfHost);
        foreach (var (name, words) in OfHostWithWords)
        {
            if (host.Text(name) is { Length: > 0 } word && !words.Contains(word)) throw Unsupported(host, name, word);
        }

        if (host.Text("Runtime") is { Length: > 0 } runtime && !Runtimes.Contains(runtime))
        {
            throw new ApiException(
                StatusCodes.Status400BadRequest, $"unknown or invalid runtime name: {runtime}");
        }
    }

    private static void RefuseAll(JsonFields fields, string[] names)
    {
        foreach (var name in names)
        {
            if (!fields.IsDefault(name)) throw Unsupported(fields, name, fields.Find(name)!.ToJsonString());
        }
    }

    private static ApiException Unsupported(JsonFields fields, string name, string value) => new(
        StatusCodes.Status501NotImplemented,
        $"{fields.PathOf(name)} = {value} is not supported by this version of Swarm");
}

using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Core.Containers;

namespace Swarm.Api.Containers;

/// <summary>A container's cgroup beyond its limits, and how fast it may use devices.</summary>
internal static class CgroupReading
{
    private static readonly (string Name, BlockThrottleKind Kind)[] Throttled =
    [
        ("BlkioDeviceReadBps", BlockThrottleKind.ReadBytes), ("BlkioDeviceWriteBps", BlockThrottleKind.WriteBytes),
        ("BlkioDeviceReadIOps", BlockThrottleKind.ReadOperations),
        ("BlkioDeviceWriteIOps", BlockThrottleKind.WriteOperations),
    ];

    /// <exception cref="ApiException">A mode that is not known.</exception>
    public static CgroupSettings Read(JsonFields host) => new()
    {
        Parent = host.Text("CgroupParent") switch
        {
            "" => "",
            ['/', ..] and var whole => whole.TrimEnd('/'),
            // As in Docker it is below the root anyway.
            var name => "/" + name.TrimEnd('/'),
        },
        DeviceRules = host.Words("DeviceCgroupRules") ?? [],
        WaitsForMemory = host.Flag("OomKillDisable"),
        IsHostSeen = host.Text("CgroupnsMode") switch
        {
            "" or "private" => false,
            "host" => true,
            var mode => throw new ApiException(
                StatusCodes.Status400BadRequest, $"invalid cgroup namespace mode: {mode}"),
        },
    };

    public static ImmutableArray<DeviceWeight> Weights(JsonFields host) =>
    [
        .. from one in host.Objects("BlkioWeightDevice")
           select new DeviceWeight(one.Text("Path"), (int)Math.Clamp(one.Number("Weight"), 0, int.MaxValue)),
    ];

    /// <exception cref="ApiException">A rate cannot be.</exception>
    public static ImmutableArray<BlockThrottle> Throttles(JsonFields host) =>
    [
        .. from field in Throttled
           from throttle in host.Objects(field.Name)
           select new BlockThrottle(field.Kind, throttle.Text("Path"), Rate(throttle)),
    ];

    private static long Rate(JsonFields throttle) => throttle.Number("Rate") is >= 0 and var rate
        ? rate
        : throw new ApiException(
            StatusCodes.Status400BadRequest,
            $"{throttle.PathOf("Rate")} cannot be negative: {throttle.Number("Rate")}");
}

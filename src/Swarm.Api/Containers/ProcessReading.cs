using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Core.Containers;

namespace Swarm.Api.Containers;

/// <summary>What a container's processes get of the host: limits, a score, devices.</summary>
internal static class ProcessReading
{
    /// <exception cref="ApiException">A limit without a name, or that cannot be.</exception>
    public static ImmutableArray<Ulimit> Ulimits(JsonFields host) =>
        [.. host.Objects("Ulimits").Select(ReadUlimit)];

    private static Ulimit ReadUlimit(JsonFields limit)
    {
        var name = limit.Text("Name");
        if (name.Length == 0) throw Invalid($"{limit.PathOf("Name")} is missing");
        var read = new Ulimit(name, limit.Number("Soft"), limit.Number("Hard"));
        return UlimitRules.FindFault(read) is { } fault ? throw Invalid(fault) : read;
    }

    /// <exception cref="ApiException">It is beyond what the kernel knows.</exception>
    public static int OutOfMemoryScore(JsonFields host)
    {
        var score = host.Number("OomScoreAdj");
        return score is >= -1000 and <= 1000
            ? (int)score
            : throw Invalid($"Invalid value {score}, range for oom score adj is [-1000, 1000]");
    }

    /// <exception cref="ApiException">A device without a path.</exception>
    public static ImmutableArray<DeviceSpec> Devices(JsonFields host) =>
    [
        .. host.Objects("Devices").Select(device => new DeviceSpec(
            device.Text("PathOnHost") is ['/', ..] and var path
                ? path
                : throw Invalid($"{device.PathOf("PathOnHost")} is not a full path"),
            device.Text("PathInContainer"), device.Text("CgroupPermissions"))),
    ];

    private static ApiException Invalid(string message) => new(StatusCodes.Status400BadRequest, message);
}

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

    /// <exception cref="ApiException">A device without a path, or what cannot be done with one.</exception>
    public static ImmutableArray<DeviceSpec> Devices(JsonFields host) =>
        [.. host.Objects("Devices").Select(ReadDevice)];

    private static DeviceSpec ReadDevice(JsonFields device)
    {
        var (source, target) = (device.Text("PathOnHost"), device.Text("PathInContainer"));
        var access = device.Text("CgroupPermissions");
        if (source is not ['/', ..]) throw Invalid($"{device.PathOf("PathOnHost")} is not a full path: \"{source}\"");
        if (target is not ("" or ['/', ..]))
            throw Invalid($"{device.PathOf("PathInContainer")} is not a full path: \"{target}\"");
        if (access.Any(letter => letter is not ('r' or 'w' or 'm')))
            throw Invalid($"{device.PathOf("CgroupPermissions")} is not of r, w and m: \"{access}\"");
        return new DeviceSpec(source, target, access);
    }

    /// <summary>More groups of its user.</summary>
    /// <exception cref="ApiException">One has no name.</exception>
    public static ImmutableArray<string> Groups(JsonFields host)
    {
        const string field = "GroupAdd";
        var groups = host.Words(field) ?? [];
        return groups.FirstOrDefault(string.IsNullOrWhiteSpace) is { } wrong
            ? throw Invalid($"{host.PathOf(field)}: \"{wrong}\" is no group")
            : groups;
    }

    private static ApiException Invalid(string message) => new(StatusCodes.Status400BadRequest, message);
}

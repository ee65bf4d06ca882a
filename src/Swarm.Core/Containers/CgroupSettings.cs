using System.Collections.Immutable;
using Nerdbank.MessagePack;

namespace Swarm.Core.Containers;

/// <summary>A container's cgroup beyond its limits.</summary>
public sealed record CgroupSettings
{
    public static CgroupSettings Usual { get; } = new();

    /// <summary>The cgroup that its own is in, as <c>/mine</c>; empty: the node's.</summary>
    [Key(0)] public string Parent { get; init; } = "";

    /// <summary>Devices that it may use beyond those it is given, as <c>c 10:200 rwm</c>.</summary>
    [Key(1)] public ImmutableArray<string> DeviceRules { get; init; } = [];

    /// <summary>Its processes wait for memory instead of being killed for want of it. Version 1 only.</summary>
    [Key(2)] public bool WaitsForMemory { get; init; }

    /// <summary>Whether it sees the cgroups of the host, and not only its own.</summary>
    [Key(3)] public bool IsHostSeen { get; init; }
}

/// <summary>How fast a container may use one device of the host.</summary>
/// <param name="Path">Of the device.</param>
/// <param name="Rate">Bytes or operations a second.</param>
public sealed record BlockThrottle(
    [property: Key(0)] BlockThrottleKind Kind, [property: Key(1)] string Path, [property: Key(2)] long Rate);

/// <summary>The weight of a container in the use of one device of the host.</summary>
/// <param name="Path">Of the device.</param>
/// <param name="Weight">10 to 1000; 0 leaves it to the container's own weight.</param>
public sealed record DeviceWeight([property: Key(0)] string Path, [property: Key(1)] int Weight);

public enum BlockThrottleKind
{
    ReadBytes = 0,
    WriteBytes = 1,
    ReadOperations = 2,
    WriteOperations = 3,
}

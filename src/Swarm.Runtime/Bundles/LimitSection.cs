using System.Collections.Immutable;
using System.Text.Json;
using Swarm.Core.Containers;
using Swarm.Linux.Cgroups;

namespace Swarm.Runtime.Bundles;

/// <summary>Limits in the words of the runtime specification.</summary>
/// <remarks>https://github.com/opencontainers/runtime-spec/blob/v1.0.2/config-linux.md#control-groups</remarks>
internal static class LimitSection
{
    private const int CpuPeriodMicroseconds = 100_000;
    private const long DefaultShares = 1024;

    /// <exception cref="ContainerException">The kernel would refuse them, or take them for something else.</exception>
    public static void Check(ResourceLimits limits)
    {
        var (memory, total) = (limits.Memory.Value, limits.MemoryAndSwap.Value);
        if (limits.MemoryReservation.Value > memory && memory > 0)
            throw Invalid("the memory reservation is above the limit on memory");
        if (limits.Swappiness is < 0 or > 100)
            throw Invalid($"swappiness {limits.Swappiness} is not between 0 and 100");
        if (limits.BlockWeight is not 0 and (< 10 or > 1000))
            throw Invalid($"the weight of block I/O {limits.BlockWeight} is not between 10 and 1000");
        if (total > 0 && memory == 0)
            throw Invalid("You should always set the Memory limit when using Memoryswap limit, see usage");
        if (total > 0 && total < memory)
            throw Invalid("Minimum memoryswap limit should be larger than memory limit, see usage");
    }

    /// <summary>Writes those that are set and that the kernel knows: members of an object that is begun.</summary>
    /// <param name="waitsForMemory">Processes are not killed for want of memory, but stand still.</param>
    public static void Write(
        Utf8JsonWriter json, ResourceLimits limits, KernelLimits kernel, ImmutableArray<DeviceThrottle> throttles,
        bool waitsForMemory)
    {
        WriteMemory(json, limits, kernel, waitsForMemory);
        WriteBlocks(json, kernel.WeighsBlocks ? limits.BlockWeight : 0, throttles);
        WriteCpu(json, limits);
        if (limits.Pids > 0) WritePids(json, limits.Pids);
    }

    /// <summary>Writes those that are set to a file of their own.</summary>
    public static void WriteFile(string path, ResourceLimits limits, KernelLimits kernel)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write);
        using var json = new Utf8JsonWriter(file);
        json.WriteStartObject();
        Write(json, limits, kernel, [], waitsForMemory: false);
        json.WriteEndObject();
    }

    /// <summary>Those that are not set.</summary>
    public static CgroupLimits Unset(ResourceLimits limits)
    {
        (CgroupLimits Limit, bool IsSet)[] all =
        [
            (CgroupLimits.Cpu, limits.Cpu.Value > 0),
            (CgroupLimits.Memory, limits.Memory.Value > 0),
            (CgroupLimits.Pids, limits.Pids > 0),
            (CgroupLimits.Processors, limits.CpuSet.Length > 0),
            (CgroupLimits.MemoryNodes, limits.MemoryNodes.Length > 0),
            (CgroupLimits.Reservation, limits.MemoryReservation.Value > 0),
            (CgroupLimits.BlockWeight, limits.BlockWeight > 0),
            (CgroupLimits.Swappiness, limits.Swappiness is not null),
        ];
        return all.Where(one => !one.IsSet).Aggregate(CgroupLimits.None, (unset, one) => unset | one.Limit);
    }

    private static void WriteBlocks(Utf8JsonWriter json, int weight, ImmutableArray<DeviceThrottle> throttles)
    {
        if (weight == 0 && throttles.IsEmpty) return;
        json.WriteStartObject("blockIO");
        if (weight > 0) json.WriteNumber("weight", weight);
        foreach (var kind in throttles.GroupBy(throttle => throttle.Kind))
        {
            json.WriteStartArray(ThrottleName(kind.Key));
            foreach (var throttle in kind)
            {
                json.WriteStartObject();
                json.WriteNumber("major", throttle.Major);
                json.WriteNumber("minor", throttle.Minor);
                json.WriteNumber("rate", throttle.Rate);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static string ThrottleName(BlockThrottleKind kind) => kind switch
    {
        BlockThrottleKind.ReadBytes => "throttleReadBpsDevice",
        BlockThrottleKind.WriteBytes => "throttleWriteBpsDevice",
        BlockThrottleKind.ReadOperations => "throttleReadIOPSDevice",
        _ => "throttleWriteIOPSDevice",
    };

    private static void WriteMemory(
        Utf8JsonWriter json, ResourceLimits limits, KernelLimits kernel, bool waitsForMemory)
    {
        var memory = limits.Memory.Value;
        var total = limits.MemoryAndSwap.Value;
        json.WriteStartObject("memory");
        if (waitsForMemory) json.WriteBoolean("disableOOMKiller", true);
        if (memory > 0)
        {
            json.WriteNumber("limit", memory);
            if (kernel.CountsSwap) json.WriteNumber("swap", total != 0 ? total : memory * 2);
        }

        if (limits.MemoryReservation.Value > 0) json.WriteNumber("reservation", limits.MemoryReservation.Value);
        if (limits.Swappiness is { } swappiness && kernel.KnowsSwappiness) json.WriteNumber("swappiness", swappiness);
        json.WriteEndObject();
    }

    private static void WriteCpu(Utf8JsonWriter json, ResourceLimits limits)
    {
        json.WriteStartObject("cpu");
        json.WriteNumber("shares", limits.CpuShares > 0 ? limits.CpuShares : DefaultShares);
        var period = limits.CpuPeriod > TimeSpan.Zero ? Microseconds(limits.CpuPeriod) : CpuPeriodMicroseconds;
        if (limits.Cpu.Value > 0 || limits.CpuPeriod > TimeSpan.Zero) json.WriteNumber("period", period);
        // The kernel takes no quota below a millisecond.
        if (limits.CpuQuota > TimeSpan.Zero) json.WriteNumber("quota", Microseconds(limits.CpuQuota));
        else if (limits.Cpu.Value > 0) json.WriteNumber("quota", Math.Max(1000, limits.Cpu.Value * period / 1000));

        if (limits.CpuSet.Length > 0) json.WriteString("cpus", limits.CpuSet);
        if (limits.MemoryNodes.Length > 0) json.WriteString("mems", limits.MemoryNodes);
        json.WriteEndObject();
    }

    private static long Microseconds(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;

    private static void WritePids(Utf8JsonWriter json, long limit)
    {
        json.WriteStartObject("pids");
        json.WriteNumber("limit", limit);
        json.WriteEndObject();
    }

    private static ContainerException Invalid(string message) => new(ContainerFault.Invalid, message);
}

using Nerdbank.MessagePack;

namespace Swarm.Core.Containers;

/// <summary>What a container may use at most. Zero means no limit.</summary>
public sealed record ResourceLimits(
    [property: Key(0)] MilliCpu Cpu,
    [property: Key(1)] Bytes Memory,
    [property: Key(2)] long Pids = 0)
{
    public static ResourceLimits None { get; } = new(MilliCpu.Zero, Bytes.Zero);

    /// <summary>Memory plus swap; zero means twice the memory limit, as in Docker.</summary>
    [Key(3)] public Bytes MemoryAndSwap { get; init; }

    /// <summary>Relative weight against other containers; zero means 1024.</summary>
    [Key(4)] public long CpuShares { get; init; }

    /// <summary>Processors the container may run on, as <c>0-2,4</c>; empty means all.</summary>
    [Key(5)] public string CpuSet { get; init; } = "";

    /// <summary>What the kernel tries to leave it when memory is short; zero means nothing.</summary>
    [Key(6)] public Bytes MemoryReservation { get; init; }

    /// <summary>0 to 100; null leaves it to the host. Version 1 of cgroups only.</summary>
    [Key(7)] public int? Swappiness { get; init; }

    /// <summary>Memory nodes, as <c>0-1</c>; empty means all.</summary>
    [Key(8)] public string MemoryNodes { get; init; } = "";

    /// <summary>Relative weight of its disk use, 10 to 1000; 0 leaves it to the host.</summary>
    [Key(9)] public int BlockWeight { get; init; }

    /// <summary>Over which time its use of the processors is counted, 1 ms to 1 s; zero means 100 ms.</summary>
    [Key(10)] public TimeSpan CpuPeriod { get; init; }

    /// <summary>Of each period, how much of all processors together it may use: <see cref="Cpu"/> to the microsecond.
    /// Zero: what that says.</summary>
    [Key(11)] public TimeSpan CpuQuota { get; init; }
}

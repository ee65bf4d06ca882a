using System.Collections.Immutable;

namespace Swarm.Linux.Cgroups;

/// <summary>All that the kernel counts of one cgroup, in the kernel's own numbers.</summary>
public sealed record CgroupStatistics
{
    public const long Unlimited = long.MaxValue;

    /// <summary>1 or 2.</summary>
    public required int Version { get; init; }

    public long CpuNanoseconds { get; init; }

    public long UserNanoseconds { get; init; }

    public long SystemNanoseconds { get; init; }

    /// <summary>By processor; version 1 only.</summary>
    public ImmutableArray<long> ProcessorNanoseconds { get; init; } = [];

    /// <summary>Periods of the CPU quota that have gone by.</summary>
    public long Periods { get; init; }

    public long ThrottledPeriods { get; init; }

    public long ThrottledNanoseconds { get; init; }

    /// <summary>With the page cache.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>The most it ever was; 0 where the kernel does not keep it.</summary>
    public long MemoryPeakBytes { get; init; }

    /// <summary><see cref="Unlimited"/> or more where there is no limit.</summary>
    public long MemoryLimitBytes { get; init; } = Unlimited;

    /// <summary>How often the limit was met; version 1 only.</summary>
    public long MemoryFailures { get; init; }

    /// <summary>The lines of <c>memory.stat</c>.</summary>
    public ImmutableSortedDictionary<string, long> MemoryDetails { get; init; } =
        ImmutableSortedDictionary<string, long>.Empty;

    public long Pids { get; init; }

    /// <summary>0 where there is no limit.</summary>
    public long PidsLimit { get; init; }

    public ImmutableArray<BlockCount> BlockBytes { get; init; } = [];

    public ImmutableArray<BlockCount> BlockOperations { get; init; } = [];
}

/// <param name="Operation">As the kernel of this version names it: <c>Read</c>, <c>read</c>.</param>
public sealed record BlockCount(int Major, int Minor, string Operation, long Value);

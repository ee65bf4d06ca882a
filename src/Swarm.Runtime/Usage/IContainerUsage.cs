using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Linux.Cgroups;

namespace Swarm.Runtime.Usage;

/// <summary>What containers use, and what runs in them.</summary>
public interface IContainerUsage
{
    /// <returns>Null when it does not run.</returns>
    /// <exception cref="ContainerException">There is no such container.</exception>
    Task<ContainerUsage?> ReadAsync(ContainerId id, CancellationToken cancellation);

    /// <summary>Lists its processes as the host's ps(1) does.</summary>
    /// <param name="arguments">Of ps; none means <c>-ef</c>. They must let it print pids.</param>
    /// <exception cref="ContainerException">It does not run; ps is not there, or refuses.</exception>
    Task<ProcessList> ListProcessesAsync(
        ContainerId id, ImmutableArray<string> arguments, CancellationToken cancellation);
}

/// <summary>One look at a running container. Every figure of <paramref name="Cgroup"/> counts from its start.</summary>
/// <param name="HostCpuNanoseconds">What all processors of the host have done since it was started.</param>
/// <param name="Interfaces">Of its network by their name in it; none where that is the host's.</param>
public sealed record ContainerUsage(
    DateTimeOffset At, CgroupStatistics Cgroup, long HostCpuNanoseconds, int Processors, Bytes HostMemory,
    ImmutableSortedDictionary<string, InterfaceCounts> Interfaces);

public sealed record InterfaceCounts(TrafficCounts Received, TrafficCounts Sent);

public sealed record TrafficCounts(long Bytes, long Packets, long Errors, long Dropped);

public sealed record ProcessList(ImmutableArray<string> Titles, ImmutableArray<ImmutableArray<string>> Processes);

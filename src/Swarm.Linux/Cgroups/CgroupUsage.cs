namespace Swarm.Linux.Cgroups;

/// <summary>What the processes of one cgroup use.</summary>
/// <param name="MemoryBytes">Without the page cache that the kernel would give back first, as docker counts.</param>
/// <param name="OutOfMemoryKills">How many of its processes were killed for want of memory.</param>
public sealed record CgroupUsage(long MemoryBytes, TimeSpan Cpu, long Pids, long OutOfMemoryKills);

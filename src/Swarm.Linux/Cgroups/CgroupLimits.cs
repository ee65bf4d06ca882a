namespace Swarm.Linux.Cgroups;

/// <summary>Limits that a cgroup may have, and may be without.</summary>
[Flags]
public enum CgroupLimits
{
    None = 0,
    Cpu = 1,
    Memory = 2,
    Pids = 4,

    /// <summary>On which processors it runs.</summary>
    Processors = 8,

    /// <summary>From which nodes its memory comes.</summary>
    MemoryNodes = 16,

    /// <summary>What it keeps where memory is short.</summary>
    Reservation = 32,

    /// <summary>In block I/O, against those beside it.</summary>
    BlockWeight = 64,

    Swappiness = 128,
}

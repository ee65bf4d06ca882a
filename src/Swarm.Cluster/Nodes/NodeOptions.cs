using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Cluster.Nodes;

/// <summary>How a node runs its tasks. Each setting stands in config/reference.conf under <c>swarm.node</c>.</summary>
public sealed record NodeOptions
{
    /// <summary>Processor time kept back for the system and for swarmd itself. 0 or more, less
    /// than the host has.</summary>
    public MilliCpu ReservedCpu { get; init; } = new(100);

    /// <summary>Memory kept back for the system and for swarmd itself. 0 or more, less than the host has.</summary>
    public Bytes ReservedMemory { get; init; } = Bytes.FromMebibytes(256);

    /// <summary>
    /// Between two reports to the placer when nothing changes. 500 ms or more. A change is told at once and a placer
    /// that moved asks, so the heartbeat only heals a lost message: 5 s, which is too rare to be seen in the idle load.
    /// </summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Containers made or started at one time. 1 to 256: beyond 8 they only wait for
    /// the kernel's network lock.</summary>
    public int ParallelStarts { get; init; } = 8;

    public RestartLimits Restarts { get; init; } = new();

    /// <summary>How long what is seen of tasks is gathered into one report. 0 to 1 s: less is
    /// more writing, more is slower.</summary>
    public TimeSpan GatherFor { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>When what was not acknowledged is told again. 100 ms or more.</summary>
    public TimeSpan TellAgainAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a service that has no task here is still fenced against stale orders.
    /// Minutes; orders live for seconds.</summary>
    public TimeSpan FenceFor { get; init; } = TimeSpan.FromHours(1);

    /// <summary>What the host gives to tasks.</summary>
    /// <param name="systemReserved">Kept back in place of what is set here; null leaves that.</param>
    public Resources AllocatableOf(Resources capacity, Resources? systemReserved = null)
    {
        ArgumentNullException.ThrowIfNull(capacity);
        var kept = systemReserved ?? new Resources(ReservedCpu, ReservedMemory);
        return new Resources(
            new MilliCpu(Math.Max(0, capacity.Cpu.Value - kept.Cpu.Value)),
            new Bytes(Math.Max(0, capacity.Memory.Value - kept.Memory.Value)),
            capacity.Pids > 0 ? Math.Max(1, capacity.Pids - kept.Pids) : 0);
    }
}

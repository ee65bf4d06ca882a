namespace Swarm.Core.Placement;

/// <summary>Why a node cannot take a task, in the order in which it is looked at.</summary>
internal enum MisfitKind
{
    NotInPool,
    OutOfReach,
    Paused,
    Drained,
    Constraint,
    DiskFull,
    Cpu,
    Memory,
    Pids,
    Port,
    MaxPerNode,
    Affinity,
}

/// <summary>Why one node cannot take a task.</summary>
/// <param name="Which">Of the request's constraints, host ports or affinities, the first that is not met.</param>
internal readonly record struct Misfit(MisfitKind Kind, int Which = 0);

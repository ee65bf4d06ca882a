namespace Swarm.Core.Containers;

/// <summary>How far a node goes with restarts in place before it leaves the task to its service.</summary>
public sealed record RestartLimits
{
    /// <summary>Restarts in a row, each after a run shorter than <see cref="SteadyAfter"/>. At least 0.</summary>
    public int QuickRestarts { get; init; } = 3;

    /// <summary>A run this long ends a row of quick ones: the back-off starts afresh.</summary>
    public TimeSpan SteadyAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The back-off doubles up to here.</summary>
    public TimeSpan DelayMax { get; init; } = TimeSpan.FromMinutes(1);
}

using System.Collections.Concurrent;
using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Health;

/// <summary>What the last probes of containers found, for those who look.</summary>
/// <remarks>Kept in memory: whoever probes a container puts it here, and nothing is decided by it.</remarks>
public sealed class HealthLog
{
    /// <summary>How many probes of a container are kept. Docker keeps as many.</summary>
    public const int Kept = 5;

    private readonly ConcurrentDictionary<ContainerId, SeenHealth> _seen = new();

    /// <summary>Null where nobody has probed it.</summary>
    public SeenHealth? Find(ContainerId id) => _seen.GetValueOrDefault(id);

    /// <summary>Puts down a probe.</summary>
    public void Add(ContainerId id, SeenProbe probe) => _seen.AddOrUpdate(
        id, _ => SeenHealth.Nothing with { Probes = [probe] },
        (_, seen) => seen with { Probes = [.. seen.Probes.TakeLast(Kept - 1), probe] });

    /// <summary>Puts down what follows from the probes.</summary>
    public void Judge(ContainerId id, ContainerHealth health, int failedProbes) => _seen.AddOrUpdate(
        id, _ => SeenHealth.Nothing with { Health = health, FailedProbes = failedProbes },
        (_, seen) => seen with { Health = health, FailedProbes = failedProbes });

    internal void Forget(ContainerId id) => _seen.TryRemove(id, out _);
}

/// <summary>How a container is, by its own check.</summary>
/// <param name="FailedProbes">In a row, as far as they count.</param>
/// <param name="Probes">The last ones, oldest first.</param>
public sealed record SeenHealth(ContainerHealth Health, int FailedProbes, ImmutableArray<SeenProbe> Probes)
{
    public static SeenHealth Nothing { get; } = new(ContainerHealth.Unproven, 0, []);
}

/// <param name="ExitCode">0 is healthy; -1 where it did not end in time, or could not be run.</param>
public sealed record SeenProbe(DateTimeOffset Start, DateTimeOffset End, int ExitCode, string Output);

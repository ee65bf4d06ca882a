using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Simulation.Nodes;

/// <summary>What a container does once it runs.</summary>
internal enum Workload
{
    RunsOn,
    Completes,

    /// <summary>Ends only when it is killed.</summary>
    Stubborn,
}

/// <summary>A container as it is on its host.</summary>
internal sealed class EngineContainer(ServiceName service, TaskId task, int slot, long version, Resources reserved)
{
    public ServiceName Service => service;

    public TaskId Task => task;

    public int Slot => slot;

    public long SpecVersion => version;

    public Resources Reserved => reserved;

    public Workload Work { get; init; }

    /// <summary>Starts so far.</summary>
    public int Run { get; set; }

    public bool IsRunning { get; set; }

    public ContainerEnd? End { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public ContainerSighting Sight() => new(Run, End) { StartedAt = StartedAt };
}

using Swarm.Core;
using Swarm.Runtime.Nodes;
using Swarm.Simulation.Nodes;

namespace Swarm.Simulation.Hosts;

/// <summary>A machine: its disk and its containers outlive the process that manages them.</summary>
internal sealed class Host
{
    private readonly Stage _stage;

    public Host(Stage stage, int index, Resources capacity)
    {
        (_stage, Index, Capacity) = (stage, index, capacity);
        Id = new NodeId($"n{index + 1}");
        Engine = new Engine(stage, this);
    }

    public int Index { get; }

    public NodeId Id { get; }

    public Resources Capacity { get; }

    public Engine Engine { get; }

    /// <summary>What the node keeps on its disk.</summary>
    public Dictionary<ServiceName, KeptService> Disk { get; } = [];

    /// <summary>How far its clock is from the true time.</summary>
    public TimeSpan Skew { get; set; }

    /// <summary>Null while none runs.</summary>
    public HostProcess? Process { get; private set; }

    public void Boot()
    {
        if (Process is not null) return;
        _stage.Trace.Say($"{Id}: swarmd starts");
        Process = new HostProcess(_stage, this);
        Process.Start();
    }

    /// <summary>The process ends at this moment; containers go on.</summary>
    public void Kill()
    {
        if (Process is null) return;
        _stage.Trace.Say($"{Id}: swarmd ends");
        Process.Life.End();
        Process = null;
    }

    public override string ToString() => Id.Value;
}

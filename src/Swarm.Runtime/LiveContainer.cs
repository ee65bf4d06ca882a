using Swarm.Runtime.Consoles;
using Swarm.Runtime.Logs;
using Swarm.Runtime.Records;

namespace Swarm.Runtime;

/// <summary>
/// A container of this engine. Whoever changes it holds its gate; whoever looks takes the record as it is.
/// </summary>
internal sealed class LiveContainer(ContainerDefinition definition, LogFolder log) : IDisposable
{
    private volatile ContainerRecord? _record;

    /// <summary>Its name and limits may change.</summary>
    public ContainerDefinition Definition => _record?.Definition ?? definition;

    public LogFolder Log => log;

    public AttachedConsoles Consoles { get; } = new();

    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>Null until it has been made for the first time.</summary>
    public ContainerRecord? Record
    {
        get => _record;
        set => _record = value;
    }

    /// <summary>While conmon may write the log.</summary>
    public IDisposable? LogWatch { get; set; }

    /// <summary>While conmon may tell that one of its processes was killed for memory.</summary>
    public IDisposable? MemoryWatch { get; set; }

    /// <summary>It could not be made, or was removed: who waited at the gate finds nothing.</summary>
    public bool IsGone { get; set; }

    public void Dispose() => Gate.Dispose();
}

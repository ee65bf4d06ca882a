using System.Globalization;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Linux.Processes;
using Swarm.Runtime.Work;

namespace Swarm.Runtime.Consoles;

/// <summary>Attaching, by way of conmon's socket.</summary>
internal sealed class ContainerConsoles(EngineCore core, BlockingWork work) : IContainerConsoles
{
    public Task<IConsoleSession> AttachAsync(
        ContainerId id, ConsoleStreams streams, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(streams);
        return work.RunAsync(() => core.AttachAsync(id, streams, cancellation), cancellation);
    }

    public void Resize(ContainerId id, ConsoleSize size)
    {
        ArgumentNullException.ThrowIfNull(size);
        var container = core.Get(id);
        if (container.Record is not { Phase: ContainerPhase.Running or ContainerPhase.Created })
            throw new ContainerException(ContainerFault.WrongPhase, $"container {id.Short} is not running");
        // As in Docker: who shows a container need not know whether it has one.
        if (!container.Definition.Spec.Tty) return;
        // "1" is conmon's word for a new size.
        Fifo.TryWrite(
            Path.Join(core.Folders.Bundle(id), "ctl"),
            string.Create(CultureInfo.InvariantCulture, $"1 {size.Rows} {size.Columns}\n"));
    }
}

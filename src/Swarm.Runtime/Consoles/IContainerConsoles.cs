using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Consoles;

/// <summary>What goes in and out of the containers' first processes. Told in docs/containers.md.</summary>
public interface IContainerConsoles
{
    /// <summary>Attaches to a running container; to one that does not run yet, from its next start on: no byte of
    /// that run is missed. Several may be attached at once; the log goes on being written.</summary>
    /// <exception cref="ContainerException">There is no such container; it is paused.</exception>
    Task<IConsoleSession> AttachAsync(ContainerId id, ConsoleStreams streams, CancellationToken cancellation);

    /// <summary>Sets the size of the container's terminal; where it has none, does nothing.</summary>
    /// <exception cref="ContainerException">It does not run.</exception>
    void Resize(ContainerId id, ConsoleSize size);
}

/// <summary>Which streams are wanted.</summary>
public sealed record ConsoleStreams(bool Input, bool Output, bool Error)
{
    public static ConsoleStreams All { get; } = new(true, true, true);
}

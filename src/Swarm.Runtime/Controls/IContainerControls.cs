using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Controls;

/// <summary>What is changed of a container while it exists.</summary>
public interface IContainerControls
{
    /// <summary>Stops its processes where they stand. A signal that ends it, and its removal, let them go on.</summary>
    /// <exception cref="ContainerException">It does not run, or is paused already.</exception>
    Task PauseAsync(ContainerId id, CancellationToken cancellation);

    /// <exception cref="ContainerException">It is not paused.</exception>
    Task UnpauseAsync(ContainerId id, CancellationToken cancellation);

    /// <summary>Sets what it may use: at once, where it runs, and for its next runs.</summary>
    /// <param name="limits">All of them; none means no limit.</param>
    /// <exception cref="ContainerException">The kernel refuses: nothing is kept.</exception>
    Task SetLimitsAsync(ContainerId id, ResourceLimits limits, CancellationToken cancellation);

    /// <summary>Gives it another name, which is unique too. Its host name stays.</summary>
    /// <exception cref="ContainerException">Another container has the name.</exception>
    Task RenameAsync(ContainerId id, string name, CancellationToken cancellation);

    /// <summary>Takes away a link to another container, and its names where it runs. Variables of it stay until it
    /// runs anew.</summary>
    /// <exception cref="ContainerException">It has none of this alias.</exception>
    Task UnlinkAsync(ContainerId id, string alias, CancellationToken cancellation);
}

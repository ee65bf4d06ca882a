using Swarm.Core;

namespace Swarm.Runtime.Names;

/// <summary>The name servers of this host, one for each container that has networks in which names are
/// resolved.</summary>
internal interface INameServers
{
    /// <summary>Opens a container's name server; where it is open, nothing changes.</summary>
    /// <param name="namespacePath">Where its network namespace is mounted.</param>
    /// <exception cref="ContainerException">The host could not.</exception>
    Task OpenAsync(ContainerId container, string namespacePath, CancellationToken cancellation);

    /// <summary>Lets go of the container's network namespace; does nothing where no server is.</summary>
    Task CloseAsync(ContainerId container);
}

using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Networks;

/// <summary>The networks of this host, and which containers are in them.</summary>
public interface IContainerNetworks
{
    /// <summary>The network of containers that name none.</summary>
    string DefaultNetwork { get; }

    /// <summary>Every network, the predefined ones first, then by name.</summary>
    ImmutableArray<NetworkDefinition> List();

    /// <summary>By its id, its name, or the beginning of an id that only one has.</summary>
    /// <exception cref="ContainerException">There is none, or there are several.</exception>
    NetworkDefinition Get(string named);

    /// <summary>Makes a network.</summary>
    /// <exception cref="ContainerException">It cannot be; the name or the addresses are taken.</exception>
    Task<NetworkDefinition> CreateAsync(NetworkDefinition wanted, CancellationToken cancellation);

    /// <exception cref="ContainerException">It is not there, is always there, or containers are in it.</exception>
    Task RemoveAsync(string named, CancellationToken cancellation);

    /// <summary>Joins a container to one network more: at once where it runs, and at its next starts.</summary>
    /// <exception cref="ContainerException">It is in it already, or cannot be.</exception>
    Task ConnectAsync(ContainerId container, EndpointSpec endpoint, CancellationToken cancellation);

    /// <summary>Takes a container out of a network: at once where it runs, and for its next starts.</summary>
    /// <exception cref="ContainerException">It is not in it.</exception>
    Task DisconnectAsync(ContainerId container, string network, CancellationToken cancellation);
}

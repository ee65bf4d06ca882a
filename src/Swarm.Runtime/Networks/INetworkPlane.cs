using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Networks;

/// <summary>Bridges, addresses, published ports and network namespaces of this host.</summary>
/// <remarks>Our own rtnetlink and one nftables table of our own. Drawn in docs/networks.md.</remarks>
public interface INetworkPlane : IAsyncDisposable
{
    /// <summary>Name of the network of containers that name none.</summary>
    string DefaultNetwork { get; }

    /// <summary>Every network of this host, as of the last change.</summary>
    ImmutableArray<NetworkDefinition> Networks { get; }

    /// <summary>Makes table and default bridge, or finds them; drops namespaces and rules of containers not in
    /// <paramref name="alive"/>.</summary>
    Task OpenAsync(IReadOnlySet<ContainerId> alive, CancellationToken cancellation);

    /// <summary>Makes a network. It stays, over restarts of the host, until it is removed.</summary>
    /// <param name="wanted">Its id must be new.</param>
    /// <returns>As it came to be.</returns>
    /// <exception cref="ContainerException">It cannot be; the name or the addresses are taken.</exception>
    Task<NetworkDefinition> CreateNetworkAsync(NetworkDefinition wanted, CancellationToken cancellation);

    /// <summary>Removes a network that was made by hand.</summary>
    /// <exception cref="ContainerException">It is not there, is always there, or a container is attached to
    /// it.</exception>
    Task RemoveNetworkAsync(string name, CancellationToken cancellation);

    /// <summary>Makes a network namespace joined to the networks, with its addresses, and
    /// publishes the host-mode ports.</summary>
    /// <remarks>Idempotent: an attachment that exists for the id is returned as it is.</remarks>
    /// <exception cref="ContainerException">Out of addresses; a port is taken; no such network.</exception>
    Task<NetworkAttachment> AttachAsync(ContainerId container, NetworkWish wish, CancellationToken cancellation);

    /// <summary>What it is attached to; null where it has no namespace of ours.</summary>
    Task<NetworkAttachment?> FindAsync(ContainerId container, CancellationToken cancellation);

    /// <summary>Joins an attached container to one network more; where it is in it, nothing changes.</summary>
    /// <exception cref="ContainerException">It is not attached; no such network or address.</exception>
    Task<NetworkAttachment> ConnectAsync(
        ContainerId container, EndpointSpec endpoint, CancellationToken cancellation);

    /// <summary>Takes an attached container out of a network; where it is not in it, nothing changes.</summary>
    Task<NetworkAttachment> DisconnectAsync(ContainerId container, string network, CancellationToken cancellation);

    /// <summary>Drops namespace, addresses and ports. Does nothing where nothing is.</summary>
    Task DetachAsync(ContainerId container, CancellationToken cancellation);

    Task SetIngressAsync(ImmutableArray<IngressRoute> routes, CancellationToken cancellation);

    /// <summary>Removes bridges, table and namespaces: nothing is left on the host.</summary>
    Task DestroyAsync(CancellationToken cancellation);
}

/// <param name="NamespacePath">To be joined by the container, as <c>/run/swarm/netns/ID</c>.</param>
public sealed record NetworkAttachment(
    string NamespacePath, ImmutableArray<NetworkEndpoint> Endpoints, ImmutableArray<PublishedPort> Ports);

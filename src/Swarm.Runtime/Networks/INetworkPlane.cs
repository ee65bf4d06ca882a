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

    /// <summary>Makes table and default bridge, or finds them; drops namespaces and rules of containers not in
    /// <paramref name="alive"/>.</summary>
    Task OpenAsync(IReadOnlySet<ContainerId> alive, CancellationToken cancellation);

    /// <summary>Makes a network namespace joined to the networks, with its addresses, and
    /// publishes the host-mode ports.</summary>
    /// <remarks>Idempotent: an attachment that exists for the id is returned as it is.</remarks>
    /// <exception cref="ContainerException">Out of addresses; a port is taken.</exception>
    Task<NetworkAttachment> AttachAsync(
        ContainerId container, ImmutableArray<string> networks, ImmutableArray<PublishedPort> hostPorts,
        CancellationToken cancellation);

    /// <summary>Drops namespace, addresses and ports. Does nothing where nothing is.</summary>
    Task DetachAsync(ContainerId container, CancellationToken cancellation);

    Task SetIngressAsync(ImmutableArray<IngressRoute> routes, CancellationToken cancellation);

    /// <summary>Removes bridges, table and namespaces: nothing is left on the host.</summary>
    Task DestroyAsync(CancellationToken cancellation);
}

/// <param name="NamespacePath">To be joined by the container, as <c>/run/swarm/netns/ID</c>.</param>
public sealed record NetworkAttachment(
    string NamespacePath, ImmutableArray<NetworkEndpoint> Endpoints, ImmutableArray<PublishedPort> Ports);

using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime.Networks;

namespace Swarm.Runtime.Tests;

/// <summary>A network plane that joins nothing: each container gets an empty namespace of its own.</summary>
internal sealed class NoNetworks : INetworkPlane
{
    public HashSet<ContainerId> Alive { get; private set; } = [];

    public string DefaultNetwork => "bridge";

    public Task OpenAsync(IReadOnlySet<ContainerId> alive, CancellationToken cancellation)
    {
        Alive = [.. alive];
        return Task.CompletedTask;
    }

    public Task<NetworkAttachment> AttachAsync(
        ContainerId container, ImmutableArray<string> networks, ImmutableArray<PublishedPort> hostPorts,
        CancellationToken cancellation) =>
        throw new ContainerException(ContainerFault.Host, "these tests have no bridge");

    public Task DetachAsync(ContainerId container, CancellationToken cancellation) => Task.CompletedTask;

    public Task SetIngressAsync(ImmutableArray<IngressRoute> routes, CancellationToken cancellation) =>
        Task.CompletedTask;

    public Task DestroyAsync(CancellationToken cancellation) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime.Networks;

namespace Swarm.Runtime.Tests;

/// <summary>A network plane that joins nothing: each container gets an empty namespace of its own.</summary>
internal sealed class NoNetworks : INetworkPlane
{
    public HashSet<ContainerId> Alive { get; private set; } = [];

    /// <summary>How often a detaching is refused still.</summary>
    public int Refusals { get; set; }

    /// <summary>Those that were detached, as often as they were.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<ContainerId> Detached { get; } = new();

    public string DefaultNetwork => "bridge";

    public Task OpenAsync(IReadOnlySet<ContainerId> alive, CancellationToken cancellation)
    {
        Alive = [.. alive];
        return Task.CompletedTask;
    }

    public ImmutableArray<NetworkDefinition> Networks { get; set; } = [];

    /// <summary>Done before it is told that a container is attached to nothing.</summary>
    public Action? Finding { get; set; }

    public Task<NetworkDefinition> CreateNetworkAsync(NetworkDefinition wanted, CancellationToken cancellation) =>
        throw NoBridge;

    public Task RemoveNetworkAsync(string name, CancellationToken cancellation) => throw NoBridge;

    public Task<NetworkAttachment> AttachAsync(
        ContainerId container, NetworkWish wish, CancellationToken cancellation) => throw NoBridge;

    public Task<NetworkAttachment?> FindAsync(ContainerId container, CancellationToken cancellation)
    {
        Finding?.Invoke();
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult<NetworkAttachment?>(null);
    }

    public Task<NetworkAttachment> ConnectAsync(
        ContainerId container, EndpointSpec endpoint, CancellationToken cancellation) => throw NoBridge;

    public Task<NetworkAttachment> DisconnectAsync(
        ContainerId container, string network, CancellationToken cancellation) => throw NoBridge;

    public Task DetachAsync(ContainerId container, CancellationToken cancellation)
    {
        if (Refusals-- > 0) throw new ContainerException(ContainerFault.Host, "the kernel has no memory");
        Detached.Enqueue(container);
        return Task.CompletedTask;
    }

    public Task SetIngressAsync(ImmutableArray<IngressRoute> routes, CancellationToken cancellation) =>
        Task.CompletedTask;

    private static ContainerException NoBridge => new(ContainerFault.Host, "these tests have no bridge");

    public Task DestroyAsync(CancellationToken cancellation) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

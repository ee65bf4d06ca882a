using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime.Networks;

namespace Swarm.Runtime.Tests.Names;

/// <summary>A plane in which every container is in one network, as the test says.</summary>
internal sealed class FakePlane(string network) : INetworkPlane
{
    public string DefaultNetwork => "bridge";

    public ImmutableArray<NetworkDefinition> Networks => [];

    private NetworkAttachment Attached => new("/run/netns/one", [new(network, "10.0.0.2", 24, "10.0.0.1", "")], []);

    public Task OpenAsync(IReadOnlySet<ContainerId> alive, CancellationToken cancellation) => Task.CompletedTask;

    public Task<NetworkDefinition> CreateNetworkAsync(NetworkDefinition wanted, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task RemoveNetworkAsync(string name, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<NetworkAttachment> AttachAsync(
        ContainerId container, NetworkWish wish, CancellationToken cancellation) => Task.FromResult(Attached);

    public Task<NetworkAttachment?> FindAsync(ContainerId container, CancellationToken cancellation) =>
        Task.FromResult<NetworkAttachment?>(Attached);

    public Task<NetworkAttachment> ConnectAsync(
        ContainerId container, EndpointSpec endpoint, CancellationToken cancellation) => Task.FromResult(Attached);

    public Task<NetworkAttachment> DisconnectAsync(
        ContainerId container, string network, CancellationToken cancellation) => Task.FromResult(Attached);

    public Task DetachAsync(ContainerId container, CancellationToken cancellation) => Task.CompletedTask;

    public Task SetIngressAsync(ImmutableArray<IngressRoute> routes, CancellationToken cancellation) =>
        Task.CompletedTask;

    public Task DestroyAsync(CancellationToken cancellation) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

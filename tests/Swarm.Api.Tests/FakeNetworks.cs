using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime.Networks;

namespace Swarm.Api.Tests;

/// <summary>A host without networks.</summary>
internal sealed class FakeNetworks : IContainerNetworks
{
    public string DefaultNetwork => "bridge";

    public ImmutableArray<NetworkDefinition> List() => [];

    public NetworkDefinition Get(string named) => throw new NotSupportedException();

    public Task<NetworkDefinition> CreateAsync(NetworkDefinition wanted, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task RemoveAsync(string named, CancellationToken cancellation) => throw new NotSupportedException();

    public Task ConnectAsync(ContainerId container, EndpointSpec endpoint, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task DisconnectAsync(ContainerId container, string network, CancellationToken cancellation) =>
        throw new NotSupportedException();
}

using System.Collections.Immutable;
using System.Security.Cryptography;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime.Work;

namespace Swarm.Runtime.Networks;

/// <summary>Networks as the engine has them; containers are changed on its own threads.</summary>
internal sealed class ContainerNetworks(EngineCore core, INetworkPlane plane, BlockingWork work) : IContainerNetworks
{
    public string DefaultNetwork => plane.DefaultNetwork;

    public ImmutableArray<NetworkDefinition> List() =>
    [
        .. plane.Networks
            .OrderBy(network => network.Kind == NetworkKind.Predefined ? 0 : 1)
            .ThenBy(network => network.Name, StringComparer.Ordinal),
    ];

    public NetworkDefinition Get(string named) => NetworkFinder.Get(plane.Networks, named);

    public async Task<NetworkDefinition> CreateAsync(NetworkDefinition wanted, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var made = await plane.CreateNetworkAsync(wanted with { Id = id }, cancellation);
        core.TellNetwork(made, "create");
        return made;
    }

    public async Task RemoveAsync(string named, CancellationToken cancellation)
    {
        var network = Get(named);
        string[] active =
        [
            .. from container in core.Table.States()
               where network.Kind != NetworkKind.Predefined
                   && container.Endpoints.Any(endpoint => endpoint.Network == network.Name)
               select $"name:\"{container.Definition.Name}\" id:\"{container.Id.Short}\"",
        ];
        if (active.Length > 0)
        {
            throw new ContainerException(
                ContainerFault.Forbidden,
                $"error while removing network: network {network.Name} has active endpoints "
                + $"({string.Join(", ", active)})");
        }

        await plane.RemoveNetworkAsync(network.Name, cancellation);
        core.TellNetwork(network, "destroy");
    }

    public Task ConnectAsync(ContainerId container, EndpointSpec endpoint, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return work.RunAsync(() => core.ConnectAsync(container, endpoint, cancellation), cancellation);
    }

    public Task DisconnectAsync(ContainerId container, string network, CancellationToken cancellation) =>
        work.RunAsync(() => core.DisconnectAsync(container, network, cancellation), cancellation);
}

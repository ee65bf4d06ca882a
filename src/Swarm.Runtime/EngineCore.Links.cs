using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime.Bundles;
using Swarm.Runtime.Networks;
using Swarm.Runtime.Records;

namespace Swarm.Runtime;

/// <summary>What containers of the default network know of each other, and what is told of networks.</summary>
internal sealed partial class EngineCore
{
    public void TellNetwork(NetworkDefinition network, string action) => Events.Publish(
        "network", action, network.Id,
        ImmutableSortedDictionary<string, string>.Empty.Add("name", network.Name).Add("type", network.Driver));

    private void TellNetworks(ContainerRecord record, ImmutableArray<NetworkEndpoint> endpoints, string action)
    {
        foreach (var endpoint in endpoints)
            TellNetwork(record, endpoint.NetworkId, endpoint.Network, NetworkDrivers.Bridge, action);
    }

    /// <summary>Of a run that begins or ends. It has no endpoints in networks without a bridge.</summary>
    private void TellNetworksOfRun(ContainerRecord record, ImmutableArray<NetworkEndpoint> endpoints, string action)
    {
        TellNetworks(record, endpoints, action);
        var driver = record.Definition.Spec switch
        {
            { NetworkMode: NetworkMode.Host } => NetworkDrivers.Host,
            { NetworkMode: NetworkMode.None, Shared.Network: "" } => NetworkDrivers.None,
            _ => null,
        };
        if (_networks.Networks.FirstOrDefault(network => network.Driver == driver) is { } joined)
            TellNetwork(record, joined.Id, joined.Name, joined.Driver, action);
    }

    private void TellNetwork(ContainerRecord record, string id, string name, string driver, string action) =>
        Events.Publish("network", action, id, ImmutableSortedDictionary<string, string>.Empty
            .Add("container", record.Id.Value).Add("name", name).Add("type", driver));

    /// <summary>The containers that one is linked to, as they are now.</summary>
    /// <exception cref="ContainerException">One does not run, was removed, or is not in the default
    /// network.</exception>
    private ImmutableArray<LinkedContainer> LinksOf(ContainerDefinition definition)
    {
        var spec = definition.Spec;
        // In other networks, names are resolved: there the links are those of the endpoint.
        var isInDefault = spec.NetworkMode == NetworkMode.Bridge
            && (spec.Endpoints?.Any(endpoint => endpoint.Network == _networks.DefaultNetwork) ?? false);
        if (!isInDefault) return [];
        return
        [
            .. from link in spec.Links
               select Linked(definition, link, Table.Find(new ContainerId(link.Container))?.Record),
        ];
    }

    private LinkedContainer Linked(ContainerDefinition owner, LinkSpec link, ContainerRecord? other)
    {
        var alias = link.Alias;
        if (other is not { Phase: ContainerPhase.Running })
        {
            // One that was removed is never there again: a later one of its name is another.
            var name = other?.Definition.Name ?? link.Name;
            throw WrongPhase($"Cannot link to a non running container: /{name} AS /{owner.Name}/{alias}");
        }

        var address = AddressOf(other) ?? throw Invalid(
            $"Cannot link to /{other.Definition.Name}, as it does not belong to the default network");
        var image = _images.Find(other.ImageId.Value)?.Configuration;
        var spec = other.Definition.Spec;
        var variables = (image?.Environment ?? []).Concat(spec.Environment)
            .GroupBy(variable => variable.Split('=', 2)[0], StringComparer.Ordinal)
            .Select(group => group.Last());
        return new LinkedContainer(owner.Name, alias, other.Definition.Name, HostnameOf(other), address)
        {
            Ports = [.. (image?.ExposedPorts ?? []).Concat(spec.ExposedPorts)],
            Environment = [.. variables],
        };
    }

    /// <summary>A container has another address: those that are linked to it find it in their /etc/hosts.</summary>
    private void MoveLinksTo(ContainerRecord record)
    {
        if (AddressOf(record) is not { } address) return;
        foreach (var other in Table.All)
        {
            if (other.Record is not { Phase: not ContainerPhase.Ended } owner) continue;
            foreach (var link in owner.Definition.Spec.Links.Where(link => link.Container == record.Id.Value))
            {
                var names = new LinkedContainer(
                    owner.Definition.Name, link.Alias, record.Definition.Name, HostnameOf(record), address).HostNames;
                HostsFile.Change(HostsOf(owner.Id), text => HostsFile.Move(text, names, address));
            }
        }
    }

    public Task UnlinkAsync(ContainerId id, string alias, CancellationToken cancellation) => ChangeAsync(
        id,
        (container, record) =>
        {
            var (definition, links) = (record.Definition, record.Definition.Spec.Links);
            var link = links.FirstOrDefault(link => link.Alias == alias) ?? throw new ContainerException(
                ContainerFault.NotFound, $"container {definition.Name} has no link {alias}");
            var spec = definition.Spec with { Links = links.Remove(link) };
            Keep(container, record with { Definition = definition with { Spec = spec } });
            if (Table.Find(new ContainerId(link.Container))?.Record is { } other && AddressOf(other) is { } address)
            {
                var names = new LinkedContainer(
                    definition.Name, alias, other.Definition.Name, HostnameOf(other), address).HostNames;
                HostsFile.Change(HostsOf(id), text => HostsFile.Remove(text, address, names));
            }

            return Task.CompletedTask;
        },
        cancellation);

    private string? AddressOf(ContainerRecord record) => record.Endpoints
        .FirstOrDefault(endpoint => endpoint.Network == _networks.DefaultNetwork)?.Address;

    private static string HostnameOf(ContainerRecord record) =>
        ContainerPlan.HostnameOf(record.Definition, Environment.MachineName);
}

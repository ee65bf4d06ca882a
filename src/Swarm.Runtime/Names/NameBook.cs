using System.Collections.Immutable;
using System.Net;
using Swarm.Core;
using Swarm.Runtime.Networks;

namespace Swarm.Runtime.Names;

/// <summary>Who is called what in which network, made for looking up.</summary>
/// <remarks>Never changes. Only networks in which names are resolved are in it.</remarks>
internal sealed class NameBook
{
    private readonly Dictionary<ContainerId, ImmutableArray<NamedEndpoint>> _endpoints = [];
    private readonly Dictionary<string, NetworkPage> _networks = new(StringComparer.Ordinal);

    internal NameBook(ImmutableArray<NamedContainer> containers)
    {
        foreach (var container in containers)
        {
            var endpoints = container.Endpoints.RemoveAll(endpoint => !endpoint.ResolvesNames);
            _endpoints[container.Id] = endpoints;
            foreach (var endpoint in endpoints)
            {
                if (!_networks.TryGetValue(endpoint.Network, out var page))
                    _networks.Add(endpoint.Network, page = new NetworkPage());
                page.Add(endpoint);
            }
        }
    }

    /// <summary>The addresses that a name has for this container, in the networks that it is in itself.</summary>
    /// <param name="name">A name, or a name, a dot and a network's name; either may have dots in it.</param>
    internal ImmutableArray<IPAddress> AddressesOf(ContainerId asker, string name)
    {
        if (!_endpoints.TryGetValue(asker, out var mine)) return [];
        var found = In(mine, name);
        for (var dot = name.LastIndexOf('.'); dot > 0 && found.IsEmpty; dot = name.LastIndexOf('.', dot - 1))
        {
            var network = name[(dot + 1)..];
            found = In(
                mine.Where(endpoint => endpoint.Network.Equals(network, StringComparison.OrdinalIgnoreCase)),
                name[..dot]);
        }

        return found;
    }

    /// <summary>What the container at an address is called, with the network's name behind it.</summary>
    /// <returns>Null where the asker shares no network with such a container.</returns>
    internal string? NameOf(ContainerId asker, IPAddress address)
    {
        if (!_endpoints.TryGetValue(asker, out var mine)) return null;
        foreach (var endpoint in mine)
        {
            if (_networks[endpoint.Network].NameOf(address) is { } name) return $"{name}.{endpoint.Network}";
        }

        return null;
    }

    private ImmutableArray<IPAddress> In(IEnumerable<NamedEndpoint> mine, string name) =>
    [
        .. mine.SelectMany(endpoint =>
            // What it calls others by itself comes before what they are called.
            _networks[endpoint.Network].AddressesOf(endpoint.Links.GetValueOrDefault(name, name))).Distinct(),
    ];

    private sealed class NetworkPage
    {
        private readonly Dictionary<string, List<IPAddress>> _byName = new(StringComparer.OrdinalIgnoreCase);
        private readonly Dictionary<IPAddress, string> _byAddress = [];

        internal void Add(NamedEndpoint endpoint)
        {
            var address = IPAddress.Parse(endpoint.Address);
            if (!endpoint.Names.IsEmpty) _byAddress[address] = endpoint.Names[0];
            foreach (var name in endpoint.Names)
            {
                if (!_byName.TryGetValue(name, out var addresses)) _byName.Add(name, addresses = []);
                addresses.Add(address);
            }
        }

        internal List<IPAddress> AddressesOf(string name) => _byName.GetValueOrDefault(name) ?? [];

        internal string? NameOf(IPAddress address) => _byAddress.GetValueOrDefault(address);
    }
}

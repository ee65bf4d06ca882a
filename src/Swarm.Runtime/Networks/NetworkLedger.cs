using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Networks;

/// <summary>Networks, attached containers and ingress routes of this host, as they are now.</summary>
/// <remarks>
/// Only for the network thread. What is in it is on disk and in the kernel, but for the moment of a change.
/// </remarks>
internal sealed class NetworkLedger
{
    private readonly Dictionary<string, BridgeNetwork> _networks;
    private readonly Dictionary<string, AttachedContainer> _containers;
    private readonly Dictionary<string, uint> _lastGiven = [];
    private long _serial;

    internal NetworkLedger(
        IEnumerable<BridgeNetwork> networks, IEnumerable<AttachedContainer> containers,
            ImmutableArray<IngressRoute> ingress)
    {
        _networks = networks.ToDictionary(network => network.Name);
        _containers = containers.ToDictionary(container => container.Id);
        Ingress = ingress;
        foreach (var container in _containers.Values.OrderBy(container => container.Serial)) Note(container);
    }

    internal IReadOnlyCollection<BridgeNetwork> Networks => _networks.Values;

    internal IReadOnlyCollection<AttachedContainer> Containers => _containers.Values;

    internal ImmutableArray<IngressRoute> Ingress { get; set; }

    /// <summary>Grows with each network that comes or goes.</summary>
    internal int Version { get; private set; }

    internal BridgeNetwork? FindNetwork(string name) => _networks.GetValueOrDefault(name);

    internal AttachedContainer? Find(ContainerId id) => _containers.GetValueOrDefault(id.Value);

    internal bool IsUsed(string network) =>
        _containers.Values.Any(container => container.Endpoints.Any(endpoint => endpoint.Network == network));

    /// <summary>The smallest number that no network has.</summary>
    internal int FreeNumber()
    {
        var used = _networks.Values.Select(network => network.Number).ToHashSet();
        return Enumerable.Range(0, int.MaxValue).First(number => !used.Contains(number));
    }

    internal void Add(BridgeNetwork network)
    {
        _networks.Add(network.Name, network);
        Version++;
    }

    internal void Remove(BridgeNetwork network)
    {
        Version++;
        _networks.Remove(network.Name);
        _lastGiven.Remove(network.Name);
    }

    /// <summary>The containers in a network.</summary>
    internal IEnumerable<(AttachedContainer Container, NetworkEndpoint Endpoint)> In(string network) =>
        from container in _containers.Values
        from endpoint in container.Endpoints
        where endpoint.Network == network
        select (container, endpoint);

    /// <summary>Takes the address that is asked for, or the one of the network that has rested longest.</summary>
    /// <exception cref="ContainerException">It is taken, or all are.</exception>
    internal NetworkEndpoint GiveAddress(BridgeNetwork network, EndpointSpec wanted)
    {
        var inUse = In(network.Name).Select(one => Subnet.TryNumber(one.Endpoint.Address) ?? 0).ToHashSet();
        HashSet<uint> taken =
        [
            .. inUse, network.Gateway,
            .. (network.Definition?.ReservedAddresses.Values ?? []).Select(kept => Subnet.TryNumber(kept) ?? 0),
        ];
        var address = wanted.Address.Length > 0
            ? Asked(network, wanted.Address, taken)
            : AddressPlan.ChooseAddress(
                network.Subnet, Subnet.TryParse(network.Definition?.AddressRange ?? "") ?? network.Subnet,
                _lastGiven.GetValueOrDefault(network.Name), taken)
            ?? throw new ContainerException(
                ContainerFault.Host,
                $"Network '{network.Name}' ({network.Range}) has no free address: {inUse.Count} containers are in it");
        if (wanted.Address.Length == 0) _lastGiven[network.Name] = address;
        return new NetworkEndpoint(
            network.Name, Subnet.Dotted(address), network.Subnet.Length,
            network.IsInternal ? "" : Subnet.Dotted(network.Gateway),
            wanted.MacAddress.Length > 0 ? wanted.MacAddress : Subnet.Mac(address))
        {
            GatewayPriority = wanted.GatewayPriority,
        };
    }

    private static uint Asked(BridgeNetwork network, string address, HashSet<uint> taken)
    {
        var number = Subnet.TryNumber(address) ?? 0;
        var last = network.Subnet.First + (uint)network.Subnet.Size - 1;
        if (!network.Subnet.Contains(number) || number == network.Subnet.First || number == last)
        {
            throw new ContainerException(
                ContainerFault.Invalid,
                $"invalid config for network {network.Name}: invalid endpoint settings:\n"
                + $"no configured subnet or ip-range contain the IP address {address}");
        }

        return taken.Contains(number)
            ? throw new ContainerException(ContainerFault.Forbidden, $"Address already in use: {address}")
            : number;
    }

    internal long NextSerial() => ++_serial;

    internal void Add(AttachedContainer container)
    {
        _containers.Add(container.Id, container);
        Note(container);
    }

    /// <summary>Puts down that a container is in other networks now.</summary>
    internal void Replace(AttachedContainer container) => _containers[container.Id] = container;

    internal void Remove(AttachedContainer container) => _containers.Remove(container.Id);

    private void Note(AttachedContainer container)
    {
        _serial = Math.Max(_serial, container.Serial);
        foreach (var endpoint in container.Endpoints)
        {
            _lastGiven[endpoint.Network] = Subnet.TryNumber(endpoint.Address) ?? 0;
        }
    }
}

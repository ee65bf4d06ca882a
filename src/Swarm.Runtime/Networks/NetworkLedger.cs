using System.Collections.Immutable;
using Swarm.Core;

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

    internal void Add(BridgeNetwork network) => _networks.Add(network.Name, network);

    internal void Remove(BridgeNetwork network)
    {
        _networks.Remove(network.Name);
        _lastGiven.Remove(network.Name);
    }

    /// <summary>Takes an address of the network that has rested longest.</summary>
    /// <exception cref="ContainerException">All are taken.</exception>
    internal NetworkEndpoint GiveAddress(BridgeNetwork network)
    {
        var taken = _containers.Values
            .SelectMany(container => container.Endpoints)
            .Where(endpoint => endpoint.Network == network.Name)
            .Select(endpoint => Subnet.TryNumber(endpoint.Address) ?? 0)
            .ToHashSet();
        var address = AddressPlan.ChooseAddress(network.Subnet, _lastGiven.GetValueOrDefault(network.Name), taken)
            ?? throw new ContainerException(
                ContainerFault.Host,
                $"Network '{network.Name}' ({network.Range}) has no free address: {taken.Count} containers are in it");
        _lastGiven[network.Name] = address;
        return new NetworkEndpoint(
            network.Name, Subnet.Dotted(address), network.Subnet.Length,
            Subnet.Dotted(AddressPlan.GatewayOf(network.Subnet)), Subnet.Mac(address));
    }

    internal long NextSerial() => ++_serial;

    internal void Add(AttachedContainer container)
    {
        _containers.Add(container.Id, container);
        Note(container);
    }

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

using System.Net;
using Swarm.Linux.Networking;

namespace Swarm.Runtime.Networks;

/// <summary>
/// The networks of this host: a bridge and a subnet each, made by hand, or on first use and gone with the last
/// container.
/// </summary>
/// <remarks>Only for the network thread.</remarks>
/// <param name="apply">Changes the packet filter's rules.</param>
internal sealed class Bridges(
    NetworkOptions options, Rtnetlink links, NetworkLedger ledger, NetworkFiles files, TimeProvider time,
    Action<string> apply)
{
    private readonly NetworkRules _rules = new(options.NamePrefix);

    /// <summary>Every network of the host, as it is shown.</summary>
    internal IEnumerable<NetworkDefinition> Describe() => ledger.Networks
        .Select(network => network.Describe(options.NamePrefix, options.DefaultNetwork))
        .Concat(PredefinedNetworks.WithoutBridge(options.NamePrefix));

    internal string IdOf(BridgeNetwork network) =>
        network.Definition?.Id ?? PredefinedNetworks.IdOf(network.Name, options.NamePrefix);

    /// <summary>Finds a network, or makes it where that was asked for.</summary>
    /// <exception cref="ContainerException">It is not there, or the pool has no subnet left.</exception>
    internal BridgeNetwork Take(string name, bool makes)
    {
        if (ledger.FindNetwork(name) is { } known) return known;
        if (!makes) throw Missing(name);
        var chosen = ChooseSubnet($"Network '{name}' cannot be made");
        return Add(new BridgeNetwork(name, ledger.FreeNumber(), chosen.ToString()) { CreatedAt = time.GetUtcNow() });
    }

    /// <summary>Makes a network that stays.</summary>
    /// <exception cref="ContainerException">Name or addresses are taken, or cannot be.</exception>
    internal NetworkDefinition Define(NetworkDefinition wanted)
    {
        NetworkCheck.Throw(wanted);
        if (PredefinedNetworks.IsOne(wanted.Name, options.DefaultNetwork))
        {
            throw new ContainerException(
                ContainerFault.Forbidden, $"operation is not permitted on predefined {wanted.Name} network");
        }

        if (ledger.FindNetwork(wanted.Name) is not null)
        {
            throw new ContainerException(
                ContainerFault.Conflict, $"network with name {wanted.Name} already exists");
        }

        var subnet = wanted.Subnet.Length > 0 ? CheckFree(wanted.Subnet) : ChooseSubnet(
            "all predefined address pools have been fully subnetted");
        CheckDevice(BridgeSettings.Of(wanted.Options).BridgeName);
        var definition = wanted with
        {
            CreatedAt = time.GetUtcNow(),
            Kind = NetworkKind.Defined,
            Subnet = subnet.ToString(),
            IsSubnetGiven = wanted.Subnet.Length > 0,
            Gateway = wanted.Gateway.Length > 0 ? wanted.Gateway : Subnet.Dotted(AddressPlan.GatewayOf(subnet)),
        };
        Add(new BridgeNetwork(wanted.Name, ledger.FreeNumber(), definition.Subnet) { Definition = definition });
        return definition;
    }

    /// <summary>Removes a network that was made by hand.</summary>
    /// <exception cref="ContainerException">It is not there, or may not be removed.</exception>
    internal void Undefine(string name)
    {
        if (PredefinedNetworks.IsOne(name, options.DefaultNetwork))
        {
            throw new ContainerException(
                ContainerFault.Forbidden, $"{name} is a pre-defined network and cannot be removed");
        }

        var network = ledger.FindNetwork(name) ?? throw Missing(name);
        var active = ledger.In(name).Select(one => one.Container.Id).ToArray();
        if (active.Length > 0)
        {
            throw new ContainerException(
                ContainerFault.Forbidden,
                $"error while removing network: network {name} has active endpoints ({string.Join(", ", active)})");
        }

        Remove(network);
    }

    /// <summary>
    /// Makes the bridge of a network that is known, where it is missing, and switches on what it needs.
    /// </summary>
    /// <returns>Its index.</returns>
    internal int EnsureBridge(BridgeNetwork network)
    {
        var name = network.BridgeName(options.NamePrefix);
        var index = links.FindLink(name)?.Index
            ?? links.CreateBridge(name, Subnet.Mac(network.Gateway), network.Settings.Mtu ?? options.Mtu);
        if (!links.ListAddresses().Any(found => found.LinkIndex == index
            && Subnet.Number(found.Address) == network.Gateway))
        {
            links.AddAddress(index, IPAddress.Parse(Subnet.Dotted(network.Gateway)), network.Subnet.Length);
        }

        // What comes from 127.0.0.1 may leave through this bridge, or a published port would not work there.
        // The guard chain keeps containers from using it the other way round.
        Sysctl.Write($"ipv4/conf/{name}/route_localnet", "1");
        return index;
    }

    /// <summary>The bridge of a network that is known: made again where somebody took it away.</summary>
    internal int IndexOf(BridgeNetwork network) =>
        links.FindLink(network.BridgeName(options.NamePrefix))?.Index ?? EnsureBridge(network);

    internal void RemoveUnused()
    {
        foreach (var network in ledger.Networks.ToArray())
        {
            if (network.Definition is null && network.Name != options.DefaultNetwork && !ledger.IsUsed(network.Name))
                Remove(network);
        }
    }

    internal void RemoveAll()
    {
        foreach (var network in ledger.Networks.ToArray())
        {
            ledger.Remove(network);
            links.DeleteLink(network.BridgeName(options.NamePrefix));
        }
    }

    private BridgeNetwork Add(BridgeNetwork network)
    {
        try
        {
            // A bridge of that name without a network is what a crash left.
            if (network.Settings.BridgeName is null) links.DeleteLink(network.BridgeName(options.NamePrefix));
            NotePassing(network, isPassing: true);
            EnsureBridge(network);
            ledger.Add(network);
            if (network.Definition is { } definition) files.Save(definition, network);
            else files.SaveNetworks(ledger.Networks);
            NotePassing(network, isPassing: false);
            apply(_rules.AddNetwork(network));
            return network;
        }
        catch
        {
            Remove(network);
            throw;
        }
    }

    private void Remove(BridgeNetwork network)
    {
        var known = ledger.FindNetwork(network.Name) is not null;
        NotePassing(network, isPassing: true);
        // What is on disk goes first: a bridge without a network is cleared away, the other way round it comes back.
        if (network.Definition is { } definition) files.Forget(definition);
        ledger.Remove(network);
        if (known) apply(_rules.RemoveNetwork(network));
        links.DeleteLink(network.BridgeName(options.NamePrefix));
        NotePassing(network, isPassing: false);
        files.SaveNetworks(ledger.Networks);
    }

    /// <summary>Puts down that a bridge is being made or removed: what a crash leaves of one with a name of its own is
    /// told from those of others by nothing else.</summary>
    private void NotePassing(BridgeNetwork network, bool isPassing)
    {
        if (network.Settings.BridgeName is not { } name) return;
        var noted = files.LoadBridges();
        files.SaveBridges(isPassing ? noted.SetItem(name, Subnet.Mac(network.Gateway)) : noted.Remove(name));
    }

    private Subnet ChooseSubnet(string failed)
    {
        var pool = Subnet.TryParse(options.AddressPool)!.Value;
        return AddressPlan.ChooseSubnet(pool, [.. Taken().Select(one => one.Subnet)]) ?? throw new ContainerException(
            ContainerFault.Host, $"{failed}: every subnet of {pool} is in use on this host");
    }

    private Subnet CheckFree(string wanted)
    {
        var subnet = Subnet.TryParse(wanted)!.Value;
        foreach (var (taken, owner) in Taken())
        {
            if (taken.Length == 0 || !taken.Overlaps(subnet)) continue;
            throw new ContainerException(
                ContainerFault.Forbidden,
                $"invalid pool request: Pool overlaps with other one on this address space: {subnet} with {taken}, "
                + owner);
        }

        return subnet;
    }

    private void CheckDevice(string? name)
    {
        if (name is null) return;
        var isOurs = name.StartsWith(options.NamePrefix, StringComparison.Ordinal)
            && name.AsSpan(options.NamePrefix.Length) is ['-' or 'v', ..];
        if (isOurs || links.FindLink(name) is not null)
        {
            throw new ContainerException(
                ContainerFault.Forbidden, $"the bridge {name} cannot be made: a device of this host has that name");
        }
    }

    private IEnumerable<(Subnet Subnet, string Owner)> Taken() =>
    [
        .. ledger.Networks.Select(network => (network.Subnet, $"which is network {network.Name}")),
        .. links.ListRoutes().Select(route => (
            Subnet.Of(Subnet.Number(route.Destination), route.PrefixLength), "which this host has a route to")),
        .. links.ListAddresses().Select(found => (
            Subnet.Of(Subnet.Number(found.Address), found.PrefixLength), "which this host is in")),
    ];

    private static ContainerException Missing(string name) =>
        new(ContainerFault.NotFound, $"network {name} not found");
}

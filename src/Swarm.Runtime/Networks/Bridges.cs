using System.Collections.Immutable;
using System.Net;
using Swarm.Linux.Networking;

namespace Swarm.Runtime.Networks;

/// <summary>
/// The networks of this host: a bridge and a subnet each, made on first use and gone with the last container.
/// </summary>
/// <remarks>Only for the network thread.</remarks>
/// <param name="apply">Changes the packet filter's rules.</param>
internal sealed class Bridges(
    NetworkOptions options, Rtnetlink links, NetworkLedger ledger, NetworkFiles files, Action<string> apply)
{
    private readonly NetworkRules _rules = new(options.NamePrefix);

    /// <summary>Finds or makes the networks; none named means the default one.</summary>
    /// <returns>Each once, with the index of its bridge.</returns>
    /// <exception cref="ContainerException">The pool has no subnet left.</exception>
    internal ImmutableArray<(BridgeNetwork Network, int Index)> Ensure(ImmutableArray<string> names)
    {
        ImmutableArray<string> wanted = names.IsDefaultOrEmpty ? [options.DefaultNetwork] : [.. names.Distinct()];
        return [.. wanted.Select(Ensure)];
    }

    /// <summary>
    /// Makes the bridge of a network that is known, where it is missing, and switches on what it needs.
    /// </summary>
    /// <returns>Its index.</returns>
    internal int EnsureBridge(BridgeNetwork network)
    {
        var name = network.BridgeName(options.NamePrefix);
        var gateway = AddressPlan.GatewayOf(network.Subnet);
        var index = links.FindLink(name)?.Index ?? links.CreateBridge(name, Subnet.Mac(gateway), options.Mtu);
        if (!links.ListAddresses().Any(found => found.LinkIndex == index && Subnet.Number(found.Address) == gateway))
        {
            links.AddAddress(index, IPAddress.Parse(Subnet.Dotted(gateway)), network.Subnet.Length);
        }

        // What comes from 127.0.0.1 may leave through this bridge, or a published port would not work there.
        // The guard chain keeps containers from using it the other way round.
        Sysctl.Write($"ipv4/conf/{name}/route_localnet", "1");
        return index;
    }

    internal void RemoveUnused()
    {
        foreach (var network in ledger.Networks.ToArray())
        {
            if (network.Name != options.DefaultNetwork && !ledger.IsUsed(network.Name)) Remove(network);
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

    internal void DeleteNamespaceFolder()
    {
        if (!Directory.EnumerateFileSystemEntries(options.NamespaceFolder).Any())
            Directory.Delete(options.NamespaceFolder);
    }

    private (BridgeNetwork Network, int Index) Ensure(string name)
    {
        if (ledger.FindNetwork(name) is { } known)
        {
            return (known, links.FindLink(known.BridgeName(options.NamePrefix))?.Index ?? EnsureBridge(known));
        }

        var network = new BridgeNetwork(name, ledger.FreeNumber(), ChooseSubnet(name).ToString());
        try
        {
            // A bridge of that name without a network is what a crash left.
            links.DeleteLink(network.BridgeName(options.NamePrefix));
            var index = EnsureBridge(network);
            ledger.Add(network);
            files.SaveNetworks(ledger.Networks);
            apply(_rules.AddNetwork(network));
            return (network, index);
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
        ledger.Remove(network);
        if (known) apply(_rules.RemoveNetwork(network));
        links.DeleteLink(network.BridgeName(options.NamePrefix));
        files.SaveNetworks(ledger.Networks);
    }

    private Subnet ChooseSubnet(string name)
    {
        var pool = Subnet.TryParse(options.AddressPool)!.Value;
        Subnet[] taken =
        [
            .. links.ListRoutes().Select(route => Subnet.Of(Subnet.Number(route.Destination), route.PrefixLength)),
            .. links.ListAddresses().Select(found => Subnet.Of(Subnet.Number(found.Address), found.PrefixLength)),
            .. ledger.Networks.Select(network => network.Subnet),
        ];
        return AddressPlan.ChooseSubnet(pool, taken) ?? throw new ContainerException(
            ContainerFault.Host, $"Network '{name}' cannot be made: every subnet of {pool} is in use on this host");
    }
}

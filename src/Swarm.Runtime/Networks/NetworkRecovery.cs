using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Linux.Networking;

namespace Swarm.Runtime.Networks;

/// <summary>Puts files, namespaces, devices and ports in order after whatever ended the daemon before.</summary>
/// <remarks>What runs is not touched. Only for the network thread.</remarks>
internal sealed partial class NetworkRecovery(
    NetworkOptions options,
    NetworkLedger ledger,
    NetworkFiles files,
    Rtnetlink links,
    Nftables nft,
    ContainerWiring wiring,
    Bridges bridges,
    HostPorts ports,
    ILogger logger)
{
    internal void Run(IReadOnlySet<ContainerId> alive)
    {
        foreach (var file in files.SetAside) LogSetAside(file);
        foreach (var container in ledger.Containers.Where(one => !IsWhole(one, alive)).ToArray()) Drop(container);
        ledger.Ingress = [.. ledger.Ingress.Select(WithoutTheLost)];
        files.SaveIngress(ledger.Ingress);

        DropStrangers();
        RestoreBridges();
        HoldPorts();
        WarnOfOtherTables();
    }

    private bool IsWhole(AttachedContainer container, IReadOnlySet<ContainerId> alive) =>
        alive.Contains(new ContainerId(container.Id))
        && wiring.IsThere(new ContainerId(container.Id))
        && container.Endpoints.All(endpoint =>
            ledger.FindNetwork(endpoint.Network) is not null && links.FindLink(wiring.DeviceOf(endpoint)) is not null);

    private void Drop(AttachedContainer container)
    {
        wiring.Drop(new ContainerId(container.Id));
        files.Forget(container.Id);
        ledger.Remove(container);
        LogDropped(container.Id);
    }

    private IngressRoute WithoutTheLost(IngressRoute route)
    {
        var known = ledger.Containers.SelectMany(container => container.Endpoints)
            .Select(endpoint => endpoint.Address).ToHashSet();
        return route with { Backends = [.. route.Backends.Where(backend => known.Contains(backend.Address))] };
    }

    /// <summary>Namespaces, cables and bridges that are ours by name and belong to nothing on record.</summary>
    private void DropStrangers()
    {
        var known = ledger.Containers.Select(container => container.Id).ToHashSet();
        foreach (var file in Directory.GetFiles(options.NamespaceFolder))
        {
            if (!known.Contains(Path.GetFileName(file))) NetworkNamespace.Remove(file);
        }

        var devices = ledger.Containers.SelectMany(container => container.Endpoints).Select(wiring.DeviceOf)
            .Concat(ledger.Networks.Select(network => network.BridgeName(options.NamePrefix)))
            .ToHashSet();
        foreach (var link in links.ListLinks())
        {
            var ours = link.Name.StartsWith(options.NamePrefix + "v", StringComparison.Ordinal)
                || link.Name.StartsWith(options.NamePrefix + "-", StringComparison.Ordinal);
            if (ours && !devices.Contains(link.Name)) links.DeleteLink(link.Name);
        }

        DropHalfMade(devices);
    }

    /// <summary>Bridges with names of their own that a crash left while they were made or removed. Their address tells
    /// them from what somebody else has given the name to.</summary>
    private void DropHalfMade(HashSet<string> known)
    {
        foreach (var (name, address) in files.LoadBridges())
        {
            if (known.Contains(name) || links.FindLink(name) is not { } link || link.MacAddress != address) continue;
            links.DeleteLink(name);
            LogHalfMade(name);
        }

        files.SaveBridges(ImmutableSortedDictionary<string, string>.Empty);
    }

    private void RestoreBridges()
    {
        foreach (var network in ledger.Networks.ToArray())
        {
            if (network.Definition is not null || ledger.IsUsed(network.Name)) continue;
            ledger.Remove(network);
            if (network.Name != options.DefaultNetwork) links.DeleteLink(network.BridgeName(options.NamePrefix));
            else if (links.FindLink(network.BridgeName(options.NamePrefix)) is not null) ledger.Add(network);
        }

        files.SaveNetworks(ledger.Networks);
        var indices = ledger.Networks.ToDictionary(network => network.Name, bridges.EnsureBridge);
        foreach (var endpoint in ledger.Containers.SelectMany(container => container.Endpoints))
        {
            var link = links.FindLink(wiring.DeviceOf(endpoint));
            if (link is not null && link.Master != indices[endpoint.Network])
            {
                links.SetMaster(link.Index, indices[endpoint.Network]);
            }
        }
    }

    /// <remarks>
    /// A port that another program took meanwhile stays ours all the same: the rules come before its socket.
    /// </remarks>
    private void HoldPorts()
    {
        var published = ledger.Containers.SelectMany(container =>
            container.Ports.Select(port =>
                (Port: HostNetwork.Key(port), Owner: $"container {new ContainerId(container.Id).Short}")));
        var ingress = ledger.Ingress.Select(route => (Port: HostNetwork.Key(route), Owner: "the ingress of a service"));
        foreach (var (port, owner) in published.Concat(ingress))
        {
            if (ports.TryHold(port, owner) is { } refused) LogPortNotHeld(refused);
        }
    }

    private void WarnOfOtherTables()
    {
        foreach (var chain in ForeignChains.DroppingForwards(nft.Run("list chains"))) LogForeignDrop(chain);
    }

    [LoggerMessage(LogLevel.Information, "Dropped the network of container {Container}, which does not run")]
    private partial void LogDropped(string container);

    [LoggerMessage(LogLevel.Information, "Removed the bridge {Bridge}, which a crash left without its network")]
    private partial void LogHalfMade(string bridge);

    [LoggerMessage(LogLevel.Error,
        "The file of a network could not be understood and was set aside as {Path}; its containers are cut off")]
    private partial void LogSetAside(string path);

    [LoggerMessage(LogLevel.Warning,
        "A port was not held while the daemon was away: {Reason}; traffic still goes to the container")]
    private partial void LogPortNotHeld(string reason);

    [LoggerMessage(LogLevel.Warning, "Chain {Chain} drops what it does not know of all that this host forwards, which "
        + "cuts containers off: accept their bridges there, as docs/networks.md shows")]
    private partial void LogForeignDrop(string chain);
}

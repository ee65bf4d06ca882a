using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Linux.Networking;

namespace Swarm.Runtime.Networks;

/// <summary>All that there is of networks on a host, put together and taken apart.</summary>
/// <remarks>Only for the network thread, in whose namespace everything is done.</remarks>
internal sealed class HostNetwork : IDisposable
{
    private readonly NetworkOptions _options;
    private readonly NetworkFiles _files;
    private readonly Nftables _nft;
    private readonly Rtnetlink _links;
    private readonly NetworkRules _rules;
    private readonly NetworkLedger _ledger;
    private readonly HostPorts _ports;
    private readonly ContainerWiring _wiring;
    private (int Version, ImmutableArray<NetworkDefinition> Networks) _described = (-1, []);

    /// <summary>Reads what is on disk; nothing is changed yet.</summary>
    internal HostNetwork(NetworkOptions options, TimeProvider time)
    {
        _options = options;
        Directory.CreateDirectory(options.NamespaceFolder);
        _files = new NetworkFiles(
            options.StateFolder, options.LastingFolder ?? Path.Combine(options.StateFolder, "defined"));
        _ledger = _files.Load();
        _links = new Rtnetlink();
        _nft = new Nftables();
        _rules = new NetworkRules(options.NamePrefix);
        _ports = new HostPorts(options.FirstDynamicPort, options.LastDynamicPort);
        _wiring = new ContainerWiring(options, _links);
        Bridges = new Bridges(options, _links, _ledger, _files, time, Apply);
        Attachments = new Attachments(
            _ledger, _files, _wiring, Bridges, new PortHolding(_ports), _rules, Apply);
    }

    internal Bridges Bridges { get; }

    internal Attachments Attachments { get; }

    /// <summary>Every network, as it is shown.</summary>
    internal ImmutableArray<NetworkDefinition> Describe()
    {
        if (_described.Version != _ledger.Version) _described = (_ledger.Version, [.. Bridges.Describe()]);
        return _described.Networks;
    }

    /// <summary>Puts the kernel in order: leftovers away, rules anew in one transaction, what runs untouched.</summary>
    internal void Recover(IReadOnlySet<ContainerId> alive, ILogger logger)
    {
        Sysctl.Write("ipv4/ip_forward", "1");
        new NetworkRecovery(_options, _ledger, _files, _links, _nft, _wiring, Bridges, _ports, logger).Run(alive);
        _nft.Run(_rules.Whole(_ledger));
        Bridges.Take(_options.DefaultNetwork, makes: true);
    }

    /// <exception cref="ContainerException">Ports that could not be had, by name; all others are set.</exception>
    internal void SetIngress(ImmutableArray<IngressRoute> routes)
    {
        IngressCheck.Throw(routes);
        var before = _ledger.Ingress;
        var wanted = routes.Select(Key).ToHashSet();
        foreach (var gone in before.Select(Key).Where(port => !wanted.Contains(port))) _ports.Release(gone);

        var kept = before.Select(Key).ToHashSet();
        var refused = routes
            .Where(route => !kept.Contains(Key(route)))
            .Select(route => (Port: Key(route), Why: _ports.TryHold(Key(route), "the ingress of a service")))
            .Where(tried => tried.Why is not null)
            .ToDictionary(tried => tried.Port, tried => tried.Why);
        _ledger.Ingress = [.. routes.Where(route => !refused.ContainsKey(Key(route)))];
        _files.SaveIngress(_ledger.Ingress);
        Apply(_rules.ChangeRoutes(before, _ledger.Ingress));
        if (refused.Count > 0)
            throw new ContainerException(ContainerFault.Host, Sentence(string.Join("; ", refused.Values)));
    }

    /// <summary>Takes everything off the host that was ever made here.</summary>
    internal void Destroy()
    {
        foreach (var container in _ledger.Containers.ToArray())
        {
            _wiring.Drop(new ContainerId(container.Id));

            // Otherwise freed by the kernel at a time of its own.
            foreach (var endpoint in container.Endpoints) _wiring.Leave(endpoint);
            _ledger.Remove(container);
        }

        _ports.Dispose();
        _nft.Run(_rules.RemoveTable());
        Bridges.RemoveAll();
        _files.DeleteAll();
        if (!Directory.EnumerateFileSystemEntries(_options.NamespaceFolder).Any())
            Directory.Delete(_options.NamespaceFolder);
    }

    public void Dispose()
    {
        _ports.Dispose();
        _nft.Dispose();
        _links.Dispose();
    }

    internal static HostPorts.HostPort Key(PublishedPort port) => new(port.HostAddress, port.HostPort, port.Protocol);

    internal static HostPorts.HostPort Key(IngressRoute route) => new("", route.HostPort, route.Protocol);

    internal static string Sentence(string words) => char.ToUpperInvariant(words[0]) + words[1..];

    /// <summary>
    /// Makes a change of the rules; where it does not fit what is there, the whole table is made anew.
    /// </summary>
    /// <remarks>Somebody may have flushed the table. The ledger must be as it shall be before this is called.</remarks>
    private void Apply(string change)
    {
        if (change.Length == 0) return;
        try
        {
            _nft.Run(change);
        }
        catch (NftablesException)
        {
            _nft.Run(_rules.Whole(_ledger));
        }
    }
}

using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Linux.Networking;

namespace Swarm.Runtime.Networks;

/// <summary>
/// Attaches, detaches and publishes: what the kernel has, what is on disk and what is known move together.
/// </summary>
/// <remarks>Only for the network thread, in whose namespace everything is done.</remarks>
internal sealed class HostNetwork : IDisposable
{
    private readonly NetworkFiles _files;
    private readonly Nftables _nft;
    private readonly Rtnetlink _links;
    private readonly NetworkRules _rules;
    private readonly NetworkLedger _ledger;
    private readonly HostPorts _ports;
    private readonly ContainerWiring _wiring;
    private readonly Bridges _bridges;

    private readonly NetworkOptions _options;

    /// <summary>Reads what is on disk; nothing is changed yet.</summary>
    internal HostNetwork(NetworkOptions options)
    {
        _options = options;
        Directory.CreateDirectory(options.NamespaceFolder);
        _files = new NetworkFiles(options.StateFolder);
        _ledger = _files.Load();
        _links = new Rtnetlink();
        _nft = new Nftables();
        _rules = new NetworkRules(options.NamePrefix);
        _ports = new HostPorts(options.FirstDynamicPort, options.LastDynamicPort);
        _wiring = new ContainerWiring(options, _links);
        _bridges = new Bridges(options, _links, _ledger, _files, Apply);
    }

    /// <summary>Puts the kernel in order: leftovers away, rules anew in one transaction, what runs untouched.</summary>
    internal void Recover(IReadOnlySet<ContainerId> alive, ILogger logger)
    {
        Sysctl.Write("ipv4/ip_forward", "1");
        new NetworkRecovery(_options, _ledger, _files, _links, _nft, _wiring, _bridges, _ports, logger).Run(alive);
        _nft.Run(_rules.Whole(_ledger));
        _bridges.Ensure([]);
    }

    internal NetworkAttachment Attach(
        ContainerId container, ImmutableArray<string> networks, ImmutableArray<PublishedPort> ports)
    {
        if (_ledger.Find(container) is { } present) return AttachmentOf(present);

        var undo = new Stack<Action>();
        try
        {
            var joined = _bridges.Ensure(networks);
            undo.Push(_bridges.RemoveUnused);
            var attached = new AttachedContainer(
                container.Value, _ledger.NextSerial(),
                [.. joined.Select(network => _ledger.GiveAddress(network.Network))],
                Hold(container, ports, undo));

            undo.Push(() => _files.Forget(container.Value));
            _files.Save(attached);
            undo.Push(() => _wiring.Drop(container));
            _wiring.Create(container,
                [.. attached.Endpoints.Zip(joined, (endpoint, network) => (endpoint, network.Index))]);
            _ledger.Add(attached);
            undo.Push(() => _ledger.Remove(attached));
            Apply(_rules.AddPorts(attached));
            return AttachmentOf(attached);
        }
        catch
        {
            while (undo.TryPop(out var step)) step();
            throw;
        }
    }

    internal void Detach(ContainerId container)
    {
        if (_ledger.Find(container) is not { } attached)
        {
            _wiring.Drop(container);
            return;
        }

        _ledger.Remove(attached);
        try
        {
            Apply(_rules.RemovePorts(attached));
        }
        catch
        {
            // It is still there, so that it can be asked for again.
            _ledger.Add(attached);
            throw;
        }

        _wiring.Drop(container);
        foreach (var port in attached.Ports) _ports.Release(Key(port));
        _files.Forget(container.Value);
        _bridges.RemoveUnused();
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
            foreach (var endpoint in container.Endpoints) _links.DeleteLink(_wiring.DeviceOf(endpoint));
            _ledger.Remove(container);
        }

        _ports.Dispose();
        _nft.Run(_rules.RemoveTable());
        _bridges.RemoveAll();
        _files.DeleteAll();
        _bridges.DeleteNamespaceFolder();
    }

    public void Dispose()
    {
        _ports.Dispose();
        _nft.Dispose();
        _links.Dispose();
    }

    internal static HostPorts.HostPort Key(PublishedPort port) => new(port.HostAddress, port.HostPort, port.Protocol);

    internal static HostPorts.HostPort Key(IngressRoute route) => new("", route.HostPort, route.Protocol);

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

    private ImmutableArray<PublishedPort> Hold(
        ContainerId container, ImmutableArray<PublishedPort> ports, Stack<Action> undo)
    {
        var held = ImmutableArray.CreateBuilder<PublishedPort>();
        foreach (var asked in ports.IsDefault ? [] : ports)
        {
            var port = asked with { HostAddress = PortCheck.AddressOf(asked) };
            if (port.HostPort == 0)
            {
                var any = _ports.TryHoldAny(port.HostAddress, port.Protocol, $"container {container.Short}")
                    ?? throw new ContainerException(ContainerFault.Host, "Every port of the dynamic range is taken");
                port = port with { HostPort = any.Number };
            }
            else if (_ports.TryHold(Key(port), $"container {container.Short}") is { } refused)
            {
                throw new ContainerException(ContainerFault.Host, Sentence(refused));
            }

            undo.Push(() => _ports.Release(Key(port)));
            held.Add(port);
        }

        return held.ToImmutable();
    }

    private NetworkAttachment AttachmentOf(AttachedContainer attached) =>
        new(_wiring.NamespaceOf(new ContainerId(attached.Id)), attached.Endpoints, attached.Ports);

    private static string Sentence(string words) => char.ToUpperInvariant(words[0]) + words[1..];
}

using System.Text;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Networks;

/// <summary>The packet filter's commands, in the language of nft(8), for one table that is all ours.</summary>
/// <remarks>Pure. What the chains do is drawn in docs/networks.md.</remarks>
internal sealed class NetworkRules(string table)
{
    /// <summary>Replaces the table, in one transaction: no packet sees it half done.</summary>
    internal string Whole(NetworkLedger ledger)
    {
        var commands = new StringBuilder(Frame.Replace("TABLE", table, StringComparison.Ordinal));
        foreach (var network in ledger.Networks) commands.Append(AddNetwork(network));
        foreach (var container in ledger.Containers) commands.Append(AddPorts(container));
        foreach (var route in ledger.Ingress) commands.Append(AddRoute(route));
        return commands.ToString();
    }

    internal string RemoveTable() => Lines($"table ip {table}", $"delete table ip {table}");

    internal string AddNetwork(BridgeNetwork network) => OfNetwork("add", network);

    internal string RemoveNetwork(BridgeNetwork network) => OfNetwork("delete", network);

    internal string AddPorts(AttachedContainer container) => container.WayOut is not { } way ? "" : string.Concat(
        container.Ports.Select(port => Lines(
            $"add element ip {table} {PortKey(port)} : {way.Address} . {port.ContainerPort} }}")));

    internal string RemovePorts(AttachedContainer container) => container.WayOut is null ? "" : string.Concat(
        container.Ports.Select(port => Lines($"delete element ip {table} {PortKey(port)} }}")));

    /// <summary>
    /// Leads from one set of routes to another; a route that stays keeps its turn among its backends.
    /// </summary>
    internal string ChangeRoutes(IEnumerable<IngressRoute> before, IEnumerable<IngressRoute> after)
    {
        var old = before.ToDictionary(route => (route.HostPort, route.Protocol));
        var commands = new StringBuilder();
        foreach (var route in after)
        {
            if (!old.Remove((route.HostPort, route.Protocol), out var was)) commands.Append(AddRoute(route));
            else if (was.Backends.SequenceEqual(route.Backends)) continue;
            else if (was.Backends.IsEmpty || route.Backends.IsEmpty)
                commands.Append(RemoveRoute(was) + AddRoute(route));
            else commands.Append(Lines($"flush chain ip {table} {Chain(route)}", Balance(route)));
        }

        foreach (var gone in old.Values) commands.Append(RemoveRoute(gone));
        return commands.ToString();
    }

    private string AddRoute(IngressRoute route) => route switch
    {
        { Backends.IsEmpty: false } => Lines(
            $"add chain ip {table} {Chain(route)}",
            Balance(route),
            $"add element ip {table} {Word(route.Protocol)}_ingress {{ {route.HostPort} : goto {Chain(route)} }}"),

        // Nothing has to be said for TCP: the port is held by a socket that does not listen, and the kernel refuses.
        { Protocol: PortProtocol.Udp } => Lines($"add element ip {table} udp_refused {{ {route.HostPort} }}"),
        _ => "",
    };

    private string RemoveRoute(IngressRoute route) => route switch
    {
        { Backends.IsEmpty: false } => Lines(
            $"delete element ip {table} {Word(route.Protocol)}_ingress {{ {route.HostPort} }}",
            $"flush chain ip {table} {Chain(route)}",
            $"delete chain ip {table} {Chain(route)}"),
        { Protocol: PortProtocol.Udp } => Lines($"delete element ip {table} udp_refused {{ {route.HostPort} }}"),
        _ => "",
    };

    private string Balance(IngressRoute route)
    {
        var backends = route.Backends.Select((backend, turn) => $"{turn} : {backend.Address} . {backend.Port}");
        return $"add rule ip {table} {Chain(route)} meta l4proto {Word(route.Protocol)} dnat ip to "
            + $"numgen inc mod {route.Backends.Length} map {{ {string.Join(", ", backends)} }}";
    }

    private string OfNetwork(string verb, BridgeNetwork network)
    {
        var bridge = $"\"{network.BridgeName(table)}\"";
        string[] sets =
        [
            $"bridges {{ {bridge} }}",
            .. network.Settings.ConnectsContainers ? [$"same_network {{ {bridge} . {bridge} }}"] : (string[])[],
            .. network.IsInternal ? [$"internal {{ {bridge} }}"] : (string[])[],
            $"subnets {{ {network.Range} }}",
            .. network.Settings.HidesAddresses ? [$"hidden {{ {network.Range} }}"] : (string[])[],
        ];
        return Lines([.. sets.Select(set => $"{verb} element ip {table} {set}")]);
    }

    private static string PortKey(PublishedPort port) => port.HostAddress.Length == 0
        ? $"{Word(port.Protocol)}_ports {{ {port.HostPort}"
        : $"{Word(port.Protocol)}_ports_at {{ {port.HostAddress} . {port.HostPort}";

    private static string Chain(IngressRoute route) => $"{Word(route.Protocol)}_{route.HostPort}";

    private static string Word(PortProtocol protocol) => protocol == PortProtocol.Udp ? "udp" : "tcp";

    private static string Lines(params string[] commands) => string.Concat(commands.Select(command => command + "\n"));

    // Naming the table before deleting it makes the deletion succeed where there was none.
    // Priorities are one before the usual ones, so that a port of ours is decided before Docker's rules see it.
    private const string Frame = """
        table ip TABLE
        delete table ip TABLE
        table ip TABLE {
            set bridges { type ifname; }
            set same_network { type ifname . ifname; }
            set internal { type ifname; }
            set subnets { type ipv4_addr; flags interval; }
            set hidden { type ipv4_addr; flags interval; }
            map tcp_ports { type inet_service : ipv4_addr . inet_service; }
            map udp_ports { type inet_service : ipv4_addr . inet_service; }
            map tcp_ports_at { type ipv4_addr . inet_service : ipv4_addr . inet_service; }
            map udp_ports_at { type ipv4_addr . inet_service : ipv4_addr . inet_service; }
            map tcp_ingress { type inet_service : verdict; }
            map udp_ingress { type inet_service : verdict; }
            set udp_refused { type inet_service; }

            chain guard {
                type filter hook prerouting priority raw; policy accept;
                iifname @bridges ip daddr 127.0.0.0/8 drop
            }
            chain publish {
                tcp dport vmap @tcp_ingress
                udp dport vmap @udp_ingress
                meta l4proto tcp dnat ip to ip daddr . tcp dport map @tcp_ports_at
                meta l4proto udp dnat ip to ip daddr . udp dport map @udp_ports_at
                meta l4proto tcp dnat ip to tcp dport map @tcp_ports
                meta l4proto udp dnat ip to udp dport map @udp_ports
            }
            chain prerouting {
                type nat hook prerouting priority dstnat - 1; policy accept;
                fib daddr type local jump publish
            }
            chain output {
                type nat hook output priority -101; policy accept;
                fib daddr type local jump publish
            }
            chain input {
                type filter hook input priority filter - 1; policy accept;
                udp dport @udp_refused reject with icmp port-unreachable
            }
            chain forward {
                type filter hook forward priority filter - 1; policy accept;
                iifname . oifname @same_network accept
                iifname @internal drop
                oifname @internal drop
                ct state established,related accept
                ct status dnat accept
                oifname @bridges drop
            }
            chain postrouting {
                type nat hook postrouting priority srcnat - 1; policy accept;
                ip saddr @hidden oifname != @bridges masquerade
                ip saddr @subnets oifname @bridges ct status dnat masquerade
                ip saddr 127.0.0.0/8 oifname @bridges masquerade
            }
        }

        """;
}

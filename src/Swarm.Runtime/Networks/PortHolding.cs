using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Networks;

/// <summary>Gives containers the ports of the host that they ask for.</summary>
/// <remarks>Only for the network thread.</remarks>
internal sealed class PortHolding(HostPorts ports)
{
    /// <param name="address">Where ports are published that name no address of the host; empty means
    /// everywhere.</param>
    /// <remarks>Who wants one port in particular goes before those who take another, too.</remarks>
    /// <returns>Each with its port.</returns>
    /// <exception cref="ContainerException">A port cannot be had.</exception>
    internal ImmutableArray<PublishedPort> Hold(
        ContainerId container, ImmutableArray<PublishedPort> wanted, string address, Stack<Action> undo)
    {
        if (wanted.IsDefaultOrEmpty) return [];
        var held = new PublishedPort[wanted.Length];
        foreach (var place in Enumerable.Range(0, held.Length).OrderBy(place => Choices(wanted[place])))
        {
            var asked = wanted[place];
            var port = asked with { HostAddress = PortCheck.AddressOf(asked) };
            if (asked.HostAddress.Length == 0) port = port with { HostAddress = address };
            port = Hold(port, $"container {container.Short}");
            var key = HostNetwork.Key(port);
            undo.Push(() => ports.Release(key));
            held[place] = port;
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(held);
    }

    internal void Release(ImmutableArray<PublishedPort> held)
    {
        foreach (var port in held) ports.Release(HostNetwork.Key(port));
    }

    private static int Choices(PublishedPort port) => port switch
    {
        { HostPort: 0 } => 2,
        { HostPortLast: 0 } => 0,
        _ => 1,
    };

    private PublishedPort Hold(PublishedPort port, string owner)
    {
        if (port.HostPort == 0)
        {
            var any = ports.TryHoldAny(port.HostAddress, port.Protocol, owner)
                ?? throw Refused("Every port of the dynamic range is taken");
            return port with { HostPort = any.Number };
        }

        var refused = ports.TryHold(HostNetwork.Key(port), owner);
        while (refused is not null && port.HostPort < port.HostPortLast)
        {
            port = port with { HostPort = port.HostPort + 1 };
            refused = ports.TryHold(HostNetwork.Key(port), owner);
        }

        if (refused is null) return port with { HostPortLast = 0 };
        var address = port.HostAddress.Length == 0 ? "0.0.0.0" : port.HostAddress;
        throw Refused($"Bind for {address}:{port.HostPort} failed: {refused}");
    }

    private static ContainerException Refused(string why) => new(ContainerFault.Host, why);
}

using System.Collections.Immutable;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Networks;

/// <summary>Refuses ports that no rule can be written for.</summary>
internal static class PortCheck
{
    /// <summary>The address of the host to publish at; empty for all.</summary>
    /// <exception cref="ContainerException">The address is none of version 4, or a port is out of range.</exception>
    internal static string AddressOf(PublishedPort port)
    {
        if (port.ContainerPort is < 1 or > 65535 || port.HostPort is < 0 or > 65535)
        {
            throw Invalid($"Port {port.HostPort}:{port.ContainerPort} cannot be published: a port is 1 to 65535");
        }

        if (port.HostAddress is "" or "0.0.0.0") return "";
        return Subnet.TryNumber(port.HostAddress) is not null
            ? port.HostAddress
            : throw Invalid($"Port {port.HostPort} cannot be published at '{port.HostAddress}': "
                + "only at an IPv4 address");
    }

    private static ContainerException Invalid(string message) => new(ContainerFault.Invalid, message);
}

/// <summary>Refuses routes that no rule can be written for.</summary>
internal static class IngressCheck
{
    /// <exception cref="ContainerException">A port out of range or twice, or a backend that is no IPv4
    /// address.</exception>
    internal static void Throw(ImmutableArray<IngressRoute> routes)
    {
        var seen = new HashSet<HostPorts.HostPort>();
        foreach (var route in routes)
        {
            if (route.HostPort is < 1 or > 65535) throw Invalid(route, "a port is 1 to 65535");
            if (!seen.Add(HostNetwork.Key(route))) throw Invalid(route, "it is there twice");
            foreach (var backend in route.Backends)
            {
                if (Subnet.TryNumber(backend.Address) is null || backend.Port is < 1 or > 65535)
                {
                    throw Invalid(route, $"'{backend.Address}:{backend.Port}' is no IPv4 address and port");
                }
            }
        }
    }

    private static ContainerException Invalid(IngressRoute route, string why) =>
        new(ContainerFault.Invalid, $"Ingress route {HostNetwork.Key(route)} cannot be set: {why}");
}

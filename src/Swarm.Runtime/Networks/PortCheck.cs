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

using System.Collections.Immutable;

namespace Swarm.Runtime.Networks;

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

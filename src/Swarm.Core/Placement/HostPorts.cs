using Swarm.Core.Containers;

namespace Swarm.Core.Placement;

/// <summary>Ports of a host, each of which one task can have.</summary>
internal static class HostPorts
{
    public static bool Clash(IEnumerable<PublishedPort> used, PublishedPort wanted) =>
        used.Any(port => Clash(port, wanted));

    private static bool Clash(PublishedPort used, PublishedPort wanted) =>
        used.HostPort == wanted.HostPort && used.Protocol == wanted.Protocol
        && (IsAny(used.HostAddress) || IsAny(wanted.HostAddress) || used.HostAddress == wanted.HostAddress);

    private static bool IsAny(string address) => address is "" or "0.0.0.0" or "::";
}

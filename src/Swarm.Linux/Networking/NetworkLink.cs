using System.Net;

namespace Swarm.Linux.Networking;

/// <summary>A network device as the kernel lists it.</summary>
/// <param name="Master">Index of the bridge it belongs to; 0 for none.</param>
public sealed record NetworkLink(int Index, string Name, int Master, bool IsUp, string MacAddress, int Mtu);

/// <summary>A destination that the main routing table knows. A default route has length 0.</summary>
/// <param name="LinkIndex">The device it leads out of; 0 where the route names none.</param>
public sealed record NetworkRoute(IPAddress Destination, int PrefixLength, int LinkIndex);

/// <summary>An address of a device.</summary>
public sealed record LinkAddress(int LinkIndex, IPAddress Address, int PrefixLength);

/// <summary>One pair of devices to be made: one end here at a bridge, the other in a namespace.</summary>
/// <param name="Name">Of the end in this namespace, at most 15 characters.</param>
/// <param name="Bridge">Index of the bridge that this end joins.</param>
/// <param name="PeerMac">As <c>02:42:ac:1e:00:02</c>.</param>
public sealed record VethPair(
    string Name, int Bridge, string PeerName, FileDescriptor PeerNamespace, string PeerMac, int Mtu)
{
    /// <summary>Whether the bridge passes nothing between this end and others of which it is said, too.
    /// Linux 4.18.</summary>
    public bool IsIsolated { get; init; }
}

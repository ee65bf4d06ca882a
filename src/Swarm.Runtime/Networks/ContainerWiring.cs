using System.Collections.Immutable;
using System.Net;
using Swarm.Core;
using Swarm.Linux;
using Swarm.Linux.Networking;

namespace Swarm.Runtime.Networks;

/// <summary>A container's network namespace and its cables to the bridges.</summary>
/// <remarks>Only for the network thread.</remarks>
internal sealed class ContainerWiring(NetworkOptions options, Rtnetlink host)
{
    private const int Loopback = 1;

    internal string NamespaceOf(ContainerId container) => Path.Combine(options.NamespaceFolder, container.Value);

    /// <summary>
    /// Whether the namespace is there; a crash in the middle of <see cref="Create"/> leaves no record of it.
    /// </summary>
    internal bool IsThere(ContainerId container) => NetworkNamespace.IsMounted(NamespaceOf(container));

    /// <summary>The device of the host that leads to an address: it tells the address, so it is as unique.</summary>
    internal string DeviceOf(NetworkEndpoint endpoint)
    {
        var offset = Subnet.TryNumber(endpoint.Address) & ((1u << 20) - 1);
        return $"{options.NamePrefix}v{offset:x5}";
    }

    /// <summary>
    /// Makes a namespace with one device for each endpoint: eth0 for the first, which is the way out.
    /// </summary>
    /// <param name="endpoints">Each with the index of its bridge.</param>
    internal void Create(ContainerId container, ImmutableArray<(NetworkEndpoint Endpoint, int Bridge)> endpoints)
    {
        var path = NamespaceOf(container);

        // What a crash left; a namespace on record is never made twice.
        NetworkNamespace.Remove(path);
        var (own, inside) = NetworkNamespace.Create(path, own =>
        {
            // No address of version 6 is given, and none shall be made up; ::1 stays.
            Sysctl.Write("ipv6/conf/default/disable_ipv6", "1");
            return (own, new Rtnetlink());
        });
        using (own)
        using (inside)
        {
            inside.SetUp(Loopback);
            for (var number = 0; number < endpoints.Length; number++)
            {
                Join(own, inside, $"eth{number}", endpoints[number].Endpoint, endpoints[number].Bridge);
            }

            if (!endpoints.IsEmpty) inside.AddDefaultRoute(IPAddress.Parse(endpoints[0].Endpoint.Gateway));
        }
    }

    /// <summary>
    /// Lets go of the namespace. The kernel frees it, and the cables with it, when the last process has left.
    /// </summary>
    internal void Drop(ContainerId container) => NetworkNamespace.Remove(NamespaceOf(container));

    private void Join(FileDescriptor own, Rtnetlink inside, string device, NetworkEndpoint endpoint, int bridge)
    {
        var outer = DeviceOf(endpoint);

        // The cable of an earlier container with this address, whose namespace the kernel has not freed yet.
        if (host.FindLink(outer) is not null) host.DeleteLink(outer);

        host.CreateVeth(new VethPair(outer, bridge, device, own, endpoint.MacAddress, options.Mtu));
        var link = inside.FindLink(device) ?? throw new LinuxException("find link", Errno.ENODEV, device);
        inside.AddAddress(link.Index, IPAddress.Parse(endpoint.Address), endpoint.PrefixLength);
        inside.SetUp(link.Index);
    }
}

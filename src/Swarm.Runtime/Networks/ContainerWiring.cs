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
        var address = Subnet.TryNumber(endpoint.Address) ?? 0;
        return Subnet.TryParse(options.AddressPool)!.Value.Contains(address)
            ? $"{options.NamePrefix}v{address & ((1u << 20) - 1):x5}"
            // Outside of our pool, all of the address has to be told, in what is left of 15 characters.
            : $"{options.NamePrefix}v{InLetters(address)}";
    }

    /// <summary>Makes a namespace with one device for each endpoint.</summary>
    /// <param name="source">A namespace that there is, to be taken; null makes a new one.</param>
    internal void Create(
        ContainerId container, AttachedContainer attached, string? source, Func<NetworkEndpoint, Cable> cableOf)
    {
        var path = NamespaceOf(container);

        // What a crash left; a namespace on record is never made twice.
        NetworkNamespace.Remove(path);
        var (own, inside) = source is null
            ? NetworkNamespace.Create(path, Open)
            : NetworkNamespace.Keep(path, source, Open);
        using (own)
        using (inside)
        {
            inside.SetUp(Loopback);
            foreach (var endpoint in attached.Endpoints) Join(own, inside, cableOf(endpoint));
            if (attached.WayOut is { } way) inside.AddDefaultRoute(IPAddress.Parse(way.Gateway));
        }

        static (FileDescriptor, Rtnetlink) Open(FileDescriptor own)
        {
            // No address of version 6 is given, and none shall be made up; ::1 stays.
            Sysctl.Write("ipv6/conf/default/disable_ipv6", "1");
            return (own, new Rtnetlink());
        }
    }

    /// <summary>Adds a device to a namespace that is there.</summary>
    internal void Join(ContainerId container, Cable cable)
    {
        var path = NamespaceOf(container);
        using var own = NetworkNamespace.OpenPath(path);
        using var inside = NetworkNamespace.Within(path, () => new Rtnetlink());
        Join(own, inside, cable);
    }

    /// <summary>Takes the device of an endpoint away, at both ends.</summary>
    internal void Leave(NetworkEndpoint endpoint) => host.DeleteLink(DeviceOf(endpoint));

    /// <summary>Sets the way out of a namespace that is there.</summary>
    internal void SetWayOut(ContainerId container, NetworkEndpoint? way)
    {
        using var inside = NetworkNamespace.Within(NamespaceOf(container), () => new Rtnetlink());
        inside.SetDefaultRoute(way is null ? null : IPAddress.Parse(way.Gateway));
    }

    /// <summary>
    /// Lets go of the namespace. The kernel frees it, and the cables with it, when the last process has left.
    /// </summary>
    internal void Drop(ContainerId container) => NetworkNamespace.Remove(NamespaceOf(container));

    private void Join(FileDescriptor own, Rtnetlink inside, Cable cable)
    {
        var (endpoint, network) = (cable.Endpoint, cable.Network);
        var outer = DeviceOf(endpoint);

        // The cable of an earlier container with this address, whose namespace the kernel has not freed yet.
        if (host.FindLink(outer) is not null) host.DeleteLink(outer);

        var mtu = network.Settings.Mtu ?? options.Mtu;
        host.CreateVeth(new VethPair(outer, cable.Bridge, endpoint.Device, own, endpoint.MacAddress, mtu)
        {
            IsIsolated = !network.Settings.ConnectsContainers,
        });
        var link = inside.FindLink(endpoint.Device)
            ?? throw new LinuxException("find link", Errno.ENODEV, endpoint.Device);
        inside.AddAddress(link.Index, IPAddress.Parse(endpoint.Address), endpoint.PrefixLength);
        inside.SetUp(link.Index);
    }

    private static string InLetters(uint number)
    {
        const string letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        const int most = 6; // 62 to the sixth is more than there are addresses
        return string.Create(most, number, (text, rest) =>
        {
            for (var place = most - 1; place >= 0; place--, rest /= (uint)letters.Length)
                text[place] = letters[(int)(rest % letters.Length)];
        });
    }
}

/// <summary>What joins an endpoint to its network.</summary>
/// <param name="Bridge">Index of the network's bridge.</param>
internal sealed record Cable(NetworkEndpoint Endpoint, BridgeNetwork Network, int Bridge);

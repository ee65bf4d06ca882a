using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Swarm.Linux.Networking;

/// <summary>Links, addresses and routes of one network namespace: that of the thread which made this object.</summary>
/// <remarks>
/// <see href="https://man7.org/linux/man-pages/man7/rtnetlink.7.html">rtnetlink(7)</see>. Changes need CAP_NET_ADMIN.
/// Every method throws <see cref="LinuxException"/> with the kernel's own explanation. Not for several threads at once.
/// </remarks>
public sealed class Rtnetlink : IDisposable
{
    private const int DumpAttempts = 16;

    private readonly NetlinkSocket _kernel = new();

    public void Dispose() => _kernel.Dispose();

    /// <summary>Makes a bridge that is up and keeps its MAC address whoever joins it.</summary>
    /// <returns>Its index.</returns>
    /// <exception cref="LinuxException">EEXIST when there is a device of that name.</exception>
    public int CreateBridge(string name, string mac, int mtu)
    {
        var request = _kernel.Request(Uapi.RTM_NEWLINK, Uapi.NLM_F_ACK | Uapi.NLM_F_CREATE | Uapi.NLM_F_EXCL)
            .Write(new LinkMessage { Flags = Uapi.IFF_UP, Change = Uapi.IFF_UP })
            .Attribute(Uapi.IFLA_IFNAME, name)
            .Attribute(Uapi.IFLA_ADDRESS, ParseMac(mac))
            .Attribute(Uapi.IFLA_MTU, (uint)mtu)
            .Nested(Uapi.IFLA_LINKINFO, info => info.Attribute(Uapi.IFLA_INFO_KIND, "bridge"));
        _kernel.Change(request, $"create bridge {name}");
        return FindLink(name)?.Index ?? throw new LinuxException("find bridge", Errno.ENODEV, name);
    }

    /// <summary>
    /// Makes both ends in one request: this one up and at its bridge, the other one down in its namespace.
    /// </summary>
    /// <remarks>
    /// The bridge may send a frame back through the end it came from, so that a container reaches itself.
    /// </remarks>
    public void CreateVeth(VethPair pair)
    {
        var deed = $"create veth {pair.Name}";
        var request = _kernel.Request(Uapi.RTM_NEWLINK, Uapi.NLM_F_ACK | Uapi.NLM_F_CREATE | Uapi.NLM_F_EXCL)
            .Write(new LinkMessage { Flags = Uapi.IFF_UP, Change = Uapi.IFF_UP })
            .Attribute(Uapi.IFLA_IFNAME, pair.Name)
            .Attribute(Uapi.IFLA_MTU, (uint)pair.Mtu)
            .Attribute(Uapi.IFLA_MASTER, (uint)pair.Bridge)
            .Nested(Uapi.IFLA_LINKINFO, info => info
                .Attribute(Uapi.IFLA_INFO_KIND, "veth")
                .Nested(Uapi.IFLA_INFO_DATA, data => data
                    .Nested(Uapi.VETH_INFO_PEER, peer => peer
                        .Write(default(LinkMessage))
                        .Attribute(Uapi.IFLA_IFNAME, pair.PeerName)
                        .Attribute(Uapi.IFLA_MTU, (uint)pair.Mtu)
                        .Attribute(Uapi.IFLA_ADDRESS, ParseMac(pair.PeerMac))
                        .Attribute(Uapi.IFLA_NET_NS_FD, (uint)pair.PeerNamespace.DangerousGetHandle()))));
        _kernel.Change(request, deed);

        var hairpin = _kernel.Request(Uapi.RTM_NEWLINK, Uapi.NLM_F_ACK)
            .Write(default(LinkMessage))
            .Attribute(Uapi.IFLA_IFNAME, pair.Name)
            .Nested(Uapi.IFLA_LINKINFO, info => info
                .Attribute(Uapi.IFLA_INFO_SLAVE_KIND, "bridge")
                .Nested(Uapi.IFLA_INFO_SLAVE_DATA, port =>
                {
                    port.Attribute(Uapi.IFLA_BRPORT_MODE, [1]);
                    if (pair.IsIsolated) port.Attribute(Uapi.IFLA_BRPORT_ISOLATED, [1]);
                }));
        _kernel.Change(hairpin, $"let {pair.Name} reach itself");
    }

    /// <summary>Switches a device on.</summary>
    public void SetUp(int index) => _kernel.Change(
        _kernel.Request(Uapi.RTM_NEWLINK, Uapi.NLM_F_ACK)
            .Write(new LinkMessage { Index = index, Flags = Uapi.IFF_UP, Change = Uapi.IFF_UP }),
        $"set link {index} up");

    /// <summary>Joins a device to a bridge.</summary>
    public void SetMaster(int index, int bridge) => _kernel.Change(
        _kernel.Request(Uapi.RTM_NEWLINK, Uapi.NLM_F_ACK)
            .Write(new LinkMessage { Index = index })
            .Attribute(Uapi.IFLA_MASTER, (uint)bridge),
        $"join link {index} to bridge {bridge}");

    /// <exception cref="LinuxException">EEXIST when the device has this address.</exception>
    public void AddAddress(int index, IPAddress address, int prefixLength)
    {
        var bytes = Ipv4Bytes(address);
        var broadcast = (byte[])bytes.Clone();
        for (var bit = prefixLength; bit < 32; bit++) broadcast[bit / 8] |= (byte)(0x80 >> (bit % 8));

        _kernel.Change(
            _kernel.Request(Uapi.RTM_NEWADDR, Uapi.NLM_F_ACK | Uapi.NLM_F_CREATE | Uapi.NLM_F_EXCL)
                .Write(new AddressMessage
                {
                    Family = Uapi.AF_INET,
                    PrefixLength = (byte)prefixLength,
                    Index = (uint)index,
                })
                .Attribute(Uapi.IFA_LOCAL, bytes)
                .Attribute(Uapi.IFA_ADDRESS, bytes)
                .Attribute(Uapi.IFA_BROADCAST, broadcast),
            $"add address {address}/{prefixLength} to link {index}");
    }

    /// <summary>Adds the route for everything that no other route leads to.</summary>
    /// <exception cref="LinuxException">EEXIST when there is one.</exception>
    public void AddDefaultRoute(IPAddress gateway) => ChangeDefaultRoute(
        gateway, Uapi.RTM_NEWROUTE, Uapi.NLM_F_CREATE | Uapi.NLM_F_EXCL, $"add default route by {gateway}");

    /// <summary>Sets the route for everything that no other route leads to, in place of what was set before.</summary>
    /// <param name="gateway">Null for none.</param>
    public void SetDefaultRoute(IPAddress? gateway)
    {
        if (gateway is not null)
        {
            ChangeDefaultRoute(
                gateway, Uapi.RTM_NEWROUTE, Uapi.NLM_F_CREATE | Uapi.NLM_F_REPLACE, $"set default route by {gateway}");
            return;
        }

        try
        {
            ChangeDefaultRoute(null, Uapi.RTM_DELROUTE, 0, "delete default route");
        }
        catch (LinuxException missing) when (missing.Number == Errno.ESRCH)
        {
            // It went with the device that it led through.
        }
    }

    private void ChangeDefaultRoute(IPAddress? gateway, int type, int flags, string deed)
    {
        var isGone = type == Uapi.RTM_DELROUTE;
        var request = _kernel.Request(type, Uapi.NLM_F_ACK | flags).Write(new RouteMessage
        {
            Family = Uapi.AF_INET,
            Table = Uapi.RT_TABLE_MAIN,
            Protocol = isGone ? (byte)0 : (byte)Uapi.RTPROT_BOOT,
            Scope = isGone ? (byte)Uapi.RT_SCOPE_NOWHERE : (byte)Uapi.RT_SCOPE_UNIVERSE,
            Type = isGone ? (byte)0 : (byte)Uapi.RTN_UNICAST,
        });
        if (gateway is not null) request.Attribute(Uapi.RTA_GATEWAY, Ipv4Bytes(gateway));
        _kernel.Change(request, deed);
    }

    /// <returns>False when there was no such device.</returns>
    public bool DeleteLink(string name)
    {
        try
        {
            _kernel.Change(
                _kernel.Request(Uapi.RTM_DELLINK, Uapi.NLM_F_ACK)
                    .Write(default(LinkMessage)).Attribute(Uapi.IFLA_IFNAME, name),
                $"delete link {name}");
            return true;
        }
        catch (LinuxException missing) when (missing.Number == Errno.ENODEV)
        {
            return false;
        }
    }

    public NetworkLink? FindLink(string name)
    {
        NetworkLink? found = null;
        try
        {
            _kernel.Exchange(
                _kernel.Request(Uapi.RTM_GETLINK, Uapi.NLM_F_ACK)
                    .Write(default(LinkMessage)).Attribute(Uapi.IFLA_IFNAME, name),
                $"find link {name}",
                (_, payload) => found = ReadLink(payload));
        }
        catch (LinuxException missing) when (missing.Number == Errno.ENODEV)
        {
            return null;
        }

        return found;
    }

    public ImmutableArray<NetworkLink> ListLinks() =>
        Dump(Uapi.RTM_GETLINK, default(LinkMessage), "list links", ReadLink);

    public ImmutableArray<LinkAddress> ListAddresses() =>
        Dump(Uapi.RTM_GETADDR, new AddressMessage { Family = Uapi.AF_INET }, "list addresses", ReadAddress);

    /// <summary>The IPv4 routes of the main table.</summary>
    public ImmutableArray<NetworkRoute> ListRoutes() =>
        Dump(Uapi.RTM_GETROUTE, new RouteMessage { Family = Uapi.AF_INET }, "list routes", ReadRoute);

    private delegate T? Reader<T>(ReadOnlySpan<byte> payload)
        where T : class;

    private ImmutableArray<T> Dump<T, TFixed>(int type, TFixed fixedPart, string deed, Reader<T> read)
        where T : class
        where TFixed : unmanaged
    {
        for (var attempt = 1; ; attempt++)
        {
            var rows = ImmutableArray.CreateBuilder<T>();
            try
            {
                _kernel.Exchange(_kernel.Request(type, Uapi.NLM_F_DUMP).Write(fixedPart), deed, (_, payload) =>
                {
                    if (read(payload) is { } row) rows.Add(row);
                });
                return rows.ToImmutable();
            }
            catch (LinuxException changed) when (changed.Number == Errno.EINTR && attempt < DumpAttempts)
            {
                // The table changed under the listing, which may have missed rows; what is left of it is skipped by
                // number.
            }
        }
    }

    private static NetworkLink ReadLink(ReadOnlySpan<byte> payload)
    {
        var message = MemoryMarshal.Read<LinkMessage>(payload);
        var (name, master, mac, mtu) = ("", 0, "", 0);
        var attributes = new NetlinkAttributes(payload[Marshal.SizeOf<LinkMessage>()..]);
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case Uapi.IFLA_IFNAME: name = attributes.Text; break;
                case Uapi.IFLA_MASTER: master = attributes.Number; break;
                case Uapi.IFLA_MTU: mtu = attributes.Number; break;
                case Uapi.IFLA_ADDRESS: mac = Convert.ToHexStringLower(attributes.Value); break;
            }
        }

        mac = string.Join(':', mac.Chunk(2).Select(pair => new string(pair)));
        return new NetworkLink(message.Index, name, master, (message.Flags & Uapi.IFF_UP) != 0, mac, mtu);
    }

    private static LinkAddress? ReadAddress(ReadOnlySpan<byte> payload)
    {
        var message = MemoryMarshal.Read<AddressMessage>(payload);
        var attributes = new NetlinkAttributes(payload[Marshal.SizeOf<AddressMessage>()..]);
        while (attributes.Next())
        {
            if (attributes.Type == Uapi.IFA_LOCAL)
            {
                return new LinkAddress((int)message.Index, new IPAddress(attributes.Value), message.PrefixLength);
            }
        }

        return null;
    }

    private static NetworkRoute? ReadRoute(ReadOnlySpan<byte> payload)
    {
        var message = MemoryMarshal.Read<RouteMessage>(payload);
        if (message.Table != Uapi.RT_TABLE_MAIN || message.Type != Uapi.RTN_UNICAST) return null;

        var (destination, link) = (IPAddress.Any, 0);
        var attributes = new NetlinkAttributes(payload[Marshal.SizeOf<RouteMessage>()..]);
        while (attributes.Next())
        {
            if (attributes.Type == Uapi.RTA_DST) destination = new IPAddress(attributes.Value);
            if (attributes.Type == Uapi.RTA_OIF) link = attributes.Number;
        }

        return new NetworkRoute(destination, message.DestinationLength, link);
    }

    private static byte[] ParseMac(string mac) =>
        [.. mac.Split(':').Select(part => byte.Parse(part, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];

    private static byte[] Ipv4Bytes(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? address.GetAddressBytes()
        : throw new ArgumentException($"{address} is no IPv4 address", nameof(address));
}

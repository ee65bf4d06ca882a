using System.Net;
using Swarm.Linux.Networking;

namespace Swarm.Linux.Tests.Networking;

public sealed class RtnetlinkTests : IDisposable
{
    private readonly TestNamespace _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_bridge_is_up_and_has_the_name_address_and_size_asked_for()
    {
        var bridge = _host.Run(() =>
        {
            using var links = new Rtnetlink();
            links.CreateBridge("br0", "02:42:0a:00:00:01", 1400);
            return links.FindLink("br0")!;
        });

        Assert.Equal(("br0", true, "02:42:0a:00:00:01", 1400),
            (bridge.Name, bridge.IsUp, bridge.MacAddress, bridge.Mtu));
    }

    [Fact]
    public void A_veth_has_one_end_at_the_bridge_and_the_other_in_the_namespace_with_its_address_and_route()
    {
        var inside = _host.PathOf("inside");
        var (outer, inner, addresses, routes) = _host.Run(() =>
        {
            using var links = new Rtnetlink();
            var bridge = links.CreateBridge("br0", "02:42:0a:00:00:01", 1500);
            return NetworkNamespace.Create(inside, own => (Own: own, Links: new Rtnetlink())) switch
            {
                var made => Join(links, bridge, made.Own, made.Links),
            };
        });

        Assert.NotEqual(0, outer.Master);
        Assert.Equal(("eth0", "02:42:0a:00:00:02", true), (inner.Name, inner.MacAddress, inner.IsUp));
        Assert.Contains(addresses,
            address => address.Address.Equals(IPAddress.Parse("10.0.0.2")) && address.PrefixLength == 24);
        Assert.Contains(routes, route => route.PrefixLength == 0);
        Assert.Contains(routes,
            route => route.Destination.Equals(IPAddress.Parse("10.0.0.0")) && route.PrefixLength == 24);
    }

    [Fact]
    public void A_refusal_carries_the_explanation_of_the_kernel()
    {
        var refused = Assert.Throws<LinuxException>(() => _host.Run(() =>
        {
            using var links = new Rtnetlink();
            links.AddDefaultRoute(IPAddress.Parse("10.9.9.9"));
            return true;
        }));

        Assert.Equal(Errno.ENETUNREACH, refused.Number);
        Assert.Contains("add default route by 10.9.9.9", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Nexthop has invalid gateway", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_is_not_there_is_not_found_and_not_deleted() => _host.Run(() =>
    {
        using var links = new Rtnetlink();
        Assert.Null(links.FindLink("nothing"));
        Assert.False(links.DeleteLink("nothing"));
        return true;
    });

    [Fact]
    public void A_listing_longer_than_one_answer_is_whole() => _host.Run(() =>
    {
        using var links = new Rtnetlink();
        for (var number = 0; number < 100; number++) links.CreateBridge($"br{number}", "02:42:0a:00:00:01", 1500);
        Assert.Equal(100, links.ListLinks().Count(link => link.Name.StartsWith("br", StringComparison.Ordinal)));
        return true;
    });

    private static (NetworkLink Outer, NetworkLink Inner, IReadOnlyList<LinkAddress>, IReadOnlyList<NetworkRoute>) Join(
        Rtnetlink links, int bridge, FileDescriptor own, Rtnetlink inside)
    {
        using (own)
        using (inside)
        {
            links.CreateVeth(new VethPair("v0", bridge, "eth0", own, "02:42:0a:00:00:02", 1500));
            var eth0 = inside.FindLink("eth0")!;
            inside.AddAddress(eth0.Index, IPAddress.Parse("10.0.0.2"), 24);
            inside.SetUp(eth0.Index);
            inside.AddDefaultRoute(IPAddress.Parse("10.0.0.1"));
            return (links.FindLink("v0")!, inside.FindLink("eth0")!, inside.ListAddresses(), inside.ListRoutes());
        }
    }
}

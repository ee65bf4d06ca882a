using System.Net;
using System.Net.Sockets;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Tests.Networks;

public sealed class IngressTests
{
    [Theory]
    [InlineData("1")]
    [InlineData("0")]
    public async Task Connections_are_dealt_evenly_over_all_backends_wherever_they_come_from(string bridgeNetfilter)
    {
        await using var host = await TestHost.OpenAsync(bridgeNetfilter: bridgeNetfilter);
        var one = await host.ServeAsync("one");
        await host.RouteAsync(8080, one, await host.ServeAsync("two"), await host.ServeAsync("three"));

        Assert.Equal(["one", "three", "two"], await NamesAsync(host.Outside, TestHost.HostAddress));
        Assert.Equal(["one", "three", "two"], await NamesAsync(host.Here, "127.0.0.1"));
        Assert.Equal(["one", "three", "two"], await NamesAsync(host.Here, TestHost.HostAddress));

        // A backend is a caller as well, and one of the three is itself.
        Assert.Equal(["one", "three", "two"], await NamesAsync(one.NamespacePath, TestHost.HostAddress));
    }

    [Fact]
    public async Task A_route_without_backends_refuses_and_keeps_the_port()
    {
        await using var host = await TestHost.OpenAsync();
        await host.RouteAsync(8080);

        Assert.Equal(Caller.Refused, await Caller.AskAsync(host.Outside, TestHost.HostAddress, 8080));
        Assert.Equal(Caller.Refused, await Caller.AskAsync(host.Here, "127.0.0.1", 8080));
        Assert.Throws<SocketException>(() => host.Serve(host.Here, "another", 8080));
    }

    [Fact]
    public async Task A_datagram_for_a_route_without_backends_is_refused_at_once()
    {
        await using var host = await TestHost.OpenAsync();
        await host.Plane.SetIngressAsync([TestHost.RouteTo(5353, PortProtocol.Udp)], CancellationToken.None);
        using var client = TestHost.In(host.Outside, () => new UdpClient(AddressFamily.InterNetwork));
        using var patience = new CancellationTokenSource(5000);

        client.Connect(IPAddress.Parse(TestHost.HostAddress), 5353);
        await client.SendAsync(new byte[] { 1 }, patience.Token);

        var refused = await Assert.ThrowsAsync<SocketException>(async () => await client.ReceiveAsync(patience.Token));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    [Fact]
    public async Task Backends_come_and_go_and_a_route_that_is_gone_frees_its_port()
    {
        await using var host = await TestHost.OpenAsync();
        var (one, two) = (await host.ServeAsync("one"), await host.ServeAsync("two"));

        await host.RouteAsync(8080, one);
        Assert.Equal("one", await Caller.NameAsync(host.Outside, TestHost.HostAddress, 8080));
        await host.RouteAsync(8080, two);
        Assert.Equal("two", await Caller.NameAsync(host.Outside, TestHost.HostAddress, 8080));
        await host.RouteAsync(8080);
        Assert.Equal(Caller.Refused, await Caller.AskAsync(host.Outside, TestHost.HostAddress, 8080));
        await host.RouteAsync(8081, two);
        Assert.Equal("two", await Caller.NameAsync(host.Outside, TestHost.HostAddress, 8081));
        host.Serve(host.Here, "another", 8080);
        Assert.Equal("another", await Caller.NameAsync(host.Outside, TestHost.HostAddress, 8080));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_and_the_other_routes_are_set()
    {
        await using var host = await TestHost.OpenAsync();
        host.Serve(host.Here, "another", 8080);
        var one = await host.ServeAsync("one");

        var refused = await Assert.ThrowsAsync<ContainerException>(() => host.Plane.SetIngressAsync(
            [TestHost.RouteTo(8080, PortProtocol.Tcp, one), TestHost.RouteTo(8081, PortProtocol.Tcp, one)],
            CancellationToken.None));

        Assert.Equal(
            "Port is already allocated: host port 8080/tcp is taken by another program of this host", refused.Message);
        Assert.Equal("one", await Caller.NameAsync(host.Outside, TestHost.HostAddress, 8081));
        Assert.Equal("another", await Caller.NameAsync(host.Outside, TestHost.HostAddress, 8080));
    }

    [Fact]
    public async Task A_route_and_a_container_cannot_have_the_same_port()
    {
        await using var host = await TestHost.OpenAsync();
        await host.RouteAsync(8080);

        var refused = await Assert.ThrowsAsync<ContainerException>(() =>
            host.AttachAsync("web", new PublishedPort(80, 8080)));

        Assert.EndsWith(
            "port is already allocated: host port 8080/tcp is taken by the ingress of a service", refused.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_route_that_makes_no_sense_is_refused_and_changes_nothing()
    {
        await using var host = await TestHost.OpenAsync();
        var one = await host.ServeAsync("one");
        await host.RouteAsync(8080, one);
        var good = TestHost.RouteTo(8080, PortProtocol.Tcp, one);

        foreach (var (routes, words) in ((IngressRoute[], string)[])
        [
            ([good, good], "8080/tcp cannot be set: it is there twice"),
            ([good with { HostPort = 0 }], "0/tcp cannot be set: a port is 1 to 65535"),
            ([good with { Backends = [new IngressBackend("name", 80)] }], "'name:80' is no IPv4 address and port"),
            ([good with { Backends = [new IngressBackend("10.0.0.1", 0)] }],
                "'10.0.0.1:0' is no IPv4 address and port"),
        ])
        {
            var refused = await Assert.ThrowsAsync<ContainerException>(() =>
                host.Plane.SetIngressAsync([.. routes], CancellationToken.None));
            Assert.Contains(words, refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal("one", await Caller.NameAsync(host.Outside, TestHost.HostAddress, 8080));
    }

    private static async Task<string[]> NamesAsync(string from, string address)
    {
        var names = new List<string>();
        for (var call = 0; call < 3; call++) names.Add(await Caller.NameAsync(from, address, 8080));
        return [.. names.Order(StringComparer.Ordinal)];
    }
}

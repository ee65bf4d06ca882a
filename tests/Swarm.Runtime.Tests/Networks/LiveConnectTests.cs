using Swarm.Core.Containers;
using Swarm.Linux.Networking;
using Swarm.Runtime.Networks;

namespace Swarm.Runtime.Tests.Networks;

public sealed class LiveConnectTests
{
    private const int ShortPatience = 300;

    [Fact]
    public async Task A_container_gets_and_loses_a_network_while_it_runs()
    {
        await using var host = await TestHost.OpenAsync();
        await host.DefineAsync("red");
        var (web, red) = (await host.ServeAsync("web"), await host.JoinAsync("other", "red"));

        var joined = await ConnectAsync(host, "web", new EndpointSpec("red") { MacAddress = "02:aa:00:00:00:01" });

        var endpoint = joined.Endpoints[1];
        Assert.Equal(("red", "eth1", "02:aa:00:00:00:01"), (endpoint.Network, endpoint.Device, endpoint.MacAddress));
        Assert.Equal("web", await Caller.NameAsync(red.NamespacePath, endpoint.Address, 80));
        var again = await ConnectAsync(host, "web", new EndpointSpec("red"));
        Assert.Equal(joined.Endpoints.AsEnumerable(), again.Endpoints);

        var left = await host.Plane.DisconnectAsync(TestHost.Id("web"), "red", CancellationToken.None);

        Assert.Equal(web.Endpoints.AsEnumerable(), left.Endpoints);
        Assert.Equal(["eth0", "lo"], Devices(web.NamespacePath));
        Assert.Equal(Caller.NoAnswer,
            await Caller.AskAsync(red.NamespacePath, endpoint.Address, 80, ShortPatience));
        await host.Plane.DisconnectAsync(TestHost.Id("web"), "red", CancellationToken.None);
    }

    [Fact]
    public async Task Ports_and_the_way_out_follow_the_network_that_leads_out()
    {
        await using var host = await TestHost.OpenAsync();
        await host.DefineAsync("red");
        await host.DefineAsync(new NetworkDefinition("shut") { IsInternal = true });
        host.Serve(host.Outside, "outside", 80);
        var web = await host.ServeAsync("web", new PublishedPort(80, 8080));
        await ConnectAsync(host, "web", new EndpointSpec("shut"));

        var red = (await ConnectAsync(host, "web", new EndpointSpec("red") { GatewayPriority = 5 })).Endpoints[2];
        Assert.Contains($"{red.Address} . 80", host.Nft("list map ip t tcp_ports"), StringComparison.Ordinal);
        Assert.Equal("web", await Caller.NameAsync(host.Outside, TestHost.HostAddress, 8080));

        await host.Plane.DisconnectAsync(TestHost.Id("web"), "red", CancellationToken.None);
        Assert.Equal("web", await Caller.NameAsync(host.Outside, TestHost.HostAddress, 8080));
        Assert.StartsWith("outside", await Caller.AskAsync(web.NamespacePath, TestHost.OutsideAddress, 80),
            StringComparison.Ordinal);

        var shut = await host.Plane.DisconnectAsync(TestHost.Id("web"), "bridge", CancellationToken.None);
        Assert.Empty(shut.Ports);
        Assert.Equal(Caller.Refused, await Caller.AskAsync(host.Outside, TestHost.HostAddress, 8080));
    }

    [Fact]
    public async Task What_was_connected_is_found_again_and_what_a_crash_half_connected_is_not()
    {
        await using var host = await TestHost.OpenAsync();
        await host.DefineAsync("red");
        await host.AttachAsync("web");
        var joined = await ConnectAsync(host, "web", new EndpointSpec("red"));
        TestHost.In(host.Here, () =>
        {
            using var links = new Rtnetlink();
            using var inside = NetworkNamespace.OpenPath(joined.NamespacePath);
            links.CreateVeth(new VethPair(
                "tvzzzzzz", links.FindLink("t-1")!.Index, "eth2", inside, "02:00:00:00:00:09", 1500));
            return true;
        });

        await host.ReopenAsync("web");

        var found = await host.Plane.FindAsync(TestHost.Id("web"), CancellationToken.None);
        Assert.Equal(joined.Endpoints.AsEnumerable(), found!.Endpoints);
        Assert.Equal(["eth0", "eth1", "lo"], Devices(joined.NamespacePath));
    }

    [Fact]
    public async Task A_connection_that_is_refused_changes_nothing()
    {
        await using var host = await TestHost.OpenAsync();
        await host.DefineAsync("red", "10.77.0.0/24");
        var web = await host.AttachAsync("web");

        var missing = await Assert.ThrowsAsync<ContainerException>(() =>
            ConnectAsync(host, "web", new EndpointSpec("no-such")));
        var taken = await Assert.ThrowsAsync<ContainerException>(() =>
            ConnectAsync(host, "web", new EndpointSpec("red") { Address = "10.77.0.1" }));
        var unknown = await Assert.ThrowsAsync<ContainerException>(() =>
            ConnectAsync(host, "nobody", new EndpointSpec("red")));

        Assert.Equal((ContainerFault.NotFound, ContainerFault.Forbidden, ContainerFault.WrongPhase),
            (missing.Fault, taken.Fault, unknown.Fault));
        Assert.Equal(["eth0", "lo"], Devices(web.NamespacePath));
        await host.Plane.RemoveNetworkAsync("red", CancellationToken.None);
    }

    [Fact]
    public async Task A_hundred_connections_leave_nothing_behind()
    {
        await using var host = await TestHost.OpenAsync();
        await host.DefineAsync("red");
        await host.AttachAsync("web");
        var before = host.Links().Select(link => link.Name).Order().ToArray();

        for (var turn = 0; turn < 100; turn++)
        {
            await ConnectAsync(host, "web", new EndpointSpec("red"));
            await host.Plane.DisconnectAsync(TestHost.Id("web"), "red", CancellationToken.None);
        }

        Assert.Equal(before, host.Links().Select(link => link.Name).Order());
    }

    [Fact]
    public async Task Of_several_ports_of_the_host_the_first_free_one_is_taken_until_none_is_left()
    {
        await using var host = await TestHost.OpenAsync();
        var wanted = new PublishedPort(80, 8080) { HostPortLast = 8081 };
        var (one, two) = (await host.AttachAsync("one", wanted), await host.AttachAsync("two", wanted));
        var none = await Assert.ThrowsAsync<ContainerException>(() => host.AttachAsync("three", wanted));

        Assert.Equal([8080, 8081], [one.Ports[0].HostPort, two.Ports[0].HostPort]);
        Assert.Contains("8081/tcp is taken by container", none.Message, StringComparison.Ordinal);
    }

    private static Task<NetworkAttachment> ConnectAsync(TestHost host, string name, EndpointSpec endpoint) =>
        host.Plane.ConnectAsync(TestHost.Id(name), endpoint, CancellationToken.None);

    private static string[] Devices(string place) => TestHost.In(place, () =>
    {
        using var links = new Rtnetlink();
        return links.ListLinks().Select(link => link.Name).Order().ToArray();
    });
}

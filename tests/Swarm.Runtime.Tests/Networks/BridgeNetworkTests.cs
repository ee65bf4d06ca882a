using Swarm.Core.Containers;
using Swarm.Runtime.Networks;

namespace Swarm.Runtime.Tests.Networks;

public sealed class BridgeNetworkTests
{
    private const int ShortPatience = 300;

    [Fact]
    public async Task Containers_of_one_network_reach_each_other_and_see_each_others_addresses()
    {
        await using var host = await TestHost.OpenAsync();
        var web = await host.ServeAsync("web");
        var other = await host.AttachAsync("other");

        var answer = await Caller.AskAsync(other.NamespacePath, web.Endpoints[0].Address, 80);

        Assert.Equal($"web {other.Endpoints[0].Address}", answer);
    }

    [Fact]
    public async Task What_a_container_sends_out_carries_the_address_of_the_host()
    {
        await using var host = await TestHost.OpenAsync();
        host.Serve(host.Outside, "outside", 80);
        var web = await host.AttachAsync("web");

        Assert.Equal(
            $"outside {TestHost.HostAddress}", await Caller.AskAsync(web.NamespacePath, TestHost.OutsideAddress, 80));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("0")]
    public async Task Containers_of_different_networks_do_not_reach_each_other_but_one_in_both_does(
        string bridgeNetfilter)
    {
        await using var host = await TestHost.OpenAsync(bridgeNetfilter: bridgeNetfilter);
        var (red, blue) = (await host.JoinAsync("red", "red"), await host.JoinAsync("blue", "blue"));
        var both = await host.JoinAsync("both", "blue", "red");
        host.Serve(red.NamespacePath, "red", 80);

        Assert.Equal(Caller.NoAnswer,
            await Caller.AskAsync(blue.NamespacePath, red.Endpoints[0].Address, 80, ShortPatience));
        Assert.Equal("red", await Caller.NameAsync(both.NamespacePath, red.Endpoints[0].Address, 80));
        Assert.Equal(["blue", "red"], both.Endpoints.Select(endpoint => endpoint.Network));
    }

    [Fact]
    public async Task A_container_is_not_reached_from_outside_but_by_its_published_ports()
    {
        await using var host = await TestHost.OpenAsync();
        var web = await host.ServeAsync("web");
        TestHost.In(host.Outside, () =>
        {
            using var links = new Swarm.Linux.Networking.Rtnetlink();
            links.AddDefaultRoute(System.Net.IPAddress.Parse(TestHost.HostAddress));
            return true;
        });

        Assert.Equal(Caller.NoAnswer, await Caller.AskAsync(host.Outside, web.Endpoints[0].Address, 80, ShortPatience));
        Assert.Equal("web", await Caller.NameAsync(host.Here, web.Endpoints[0].Address, 80));
    }

    [Fact]
    public async Task A_container_does_not_reach_what_listens_on_the_loopback_of_the_host()
    {
        await using var host = await TestHost.OpenAsync();
        host.Serve(host.Here, "private", 9000);
        host.Nft("""
            table ip spy {
                chain before { type filter hook prerouting priority -301; iifname "t-0" ip daddr 127.0.0.1 counter; }
                chain after { type filter hook prerouting priority -299; iifname "t-0" ip daddr 127.0.0.1 counter; }
            }
            """);
        var web = await host.AttachAsync("web");
        TestHost.In(web.NamespacePath, () =>
        {
            // What a hostile container with its own kernel settings would send.
            Swarm.Linux.Networking.Sysctl.Write("ipv4/conf/all/route_localnet", "1");
            foreach (var change in (string[])
            [
                "addr del 127.0.0.1/8 dev lo", $"route add 127.0.0.0/8 via {web.Endpoints[0].Gateway} dev eth0",
            ])
            {
                using var ip = System.Diagnostics.Process.Start("ip", change);
                ip.WaitForExit();
                Assert.Equal(0, ip.ExitCode);
            }

            return true;
        });

        Assert.Equal(Caller.NoAnswer, await Caller.AskAsync(web.NamespacePath, "127.0.0.1", 9000, ShortPatience));
        Assert.DoesNotContain("packets 0 ", host.Nft("list chain ip spy before"), StringComparison.Ordinal);
        Assert.Contains("packets 0 ", host.Nft("list chain ip spy after"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_is_what_the_kernel_has()
    {
        await using var host = await TestHost.OpenAsync();

        var endpoint = Assert.Single((await host.AttachAsync("web")).Endpoints);

        var wanted = new NetworkEndpoint("bridge", "172.30.0.2", 24, "172.30.0.1", "02:42:ac:1e:00:02")
        {
            Device = "eth0",
            NetworkId = host.Plane.Networks.Single(network => network.Name == "bridge").Id,
        };
        Assert.Equal(wanted, endpoint with { Id = "" });
        Assert.Matches("^[0-9a-f]{64}$", endpoint.Id);
    }

    [Fact]
    public async Task Attaching_again_gives_the_same_and_detaching_again_does_nothing()
    {
        await using var host = await TestHost.OpenAsync();
        var first = await host.AttachAsync("web", new PublishedPort(80, 8080));
        var second = await host.AttachAsync("web", new PublishedPort(80, 8080));

        Assert.Equal(first.NamespacePath, second.NamespacePath);
        Assert.Equal(first.Endpoints, second.Endpoints);
        Assert.Equal(first.Ports, second.Ports);
        await host.DetachAsync("web");
        await host.DetachAsync("web");
        Assert.False(File.Exists(first.NamespacePath));
    }

    [Fact]
    public async Task A_named_network_comes_with_its_first_container_and_goes_with_its_last()
    {
        await using var host = await TestHost.OpenAsync();
        await host.JoinAsync("one", "red");
        await host.JoinAsync("two", "red");
        await host.DetachAsync("one");
        Assert.Contains(host.Links(), link => link.Name == "t-1");

        await host.DetachAsync("two");

        Assert.DoesNotContain(host.Links(), link => link.Name == "t-1");
        Assert.Contains(host.Links(), link => link.Name == "t-0");
        Assert.DoesNotContain("t-1", host.Nft("list table ip t"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_network_avoids_every_subnet_that_the_host_has_a_route_to()
    {
        var options = new NetworkOptions
        {
            NamePrefix = "t",
            NamespaceFolder = "",
            StateFolder = "",
            AddressPool = "198.51.100.0/23",
        };
        await using var host = await TestHost.OpenAsync(options);

        Assert.Equal("198.51.101.2", (await host.AttachAsync("web")).Endpoints[0].Address);
        var refused = await Assert.ThrowsAsync<ContainerException>(() => host.JoinAsync("other", "red"));
        Assert.Equal(
            "Network 'red' cannot be made: every subnet of 198.51.100.0/23 is in use on this host", refused.Message);
    }

    [Fact]
    public async Task A_change_does_not_make_the_whole_table_anew_and_a_flushed_table_is_made_again()
    {
        await using var host = await TestHost.OpenAsync();
        host.Nft("add chain ip t marker");
        var web = await host.ServeAsync("web", new PublishedPort(80, 8080));
        await host.RouteAsync(8081, web);
        await host.JoinAsync("red", "red");
        await host.DetachAsync("red");
        await host.RouteAsync(8082, web);
        await host.DetachAsync("web");
        Assert.Contains("marker", host.Nft("list table ip t"), StringComparison.Ordinal);

        host.Nft("flush ruleset");
        await host.ServeAsync("again", new PublishedPort(80, 8080));

        Assert.Equal("again", await Caller.NameAsync(host.Outside, TestHost.HostAddress, 8080));
    }

    [Fact]
    public async Task Eight_at_a_time_get_addresses_ports_and_networks_of_their_own()
    {
        await using var host = await TestHost.OpenAsync();

        var all = await Task.WhenAll(Enumerable.Range(0, 24).Select(number => host.AttachAsync(
            $"c{number}", [$"net{number % 3}"], new PublishedPort(80, 0))));

        Assert.Equal(24, all.Select(one => one.Endpoints[0].Address).Distinct().Count());
        Assert.Equal(24, all.Select(one => one.Ports[0].HostPort).Distinct().Count());
        Assert.Equal(3, all.Select(one => one.Endpoints[0].Gateway).Distinct().Count());
    }
}

using System.Collections.Immutable;
using Swarm.Core.Containers;
using Swarm.Linux.Networking;
using Swarm.Runtime.Networks;

namespace Swarm.Runtime.Tests.Networks;

public sealed class DefinedNetworkTests
{
    private const int ShortPatience = 300;

    [Fact]
    public async Task A_network_stays_without_containers_and_over_a_restart_of_the_host()
    {
        await using var host = await TestHost.OpenAsync();
        var made = await host.DefineAsync(new NetworkDefinition("red")
        {
            Subnet = "10.77.0.0/16",
            Labels = ImmutableSortedDictionary<string, string>.Empty.Add("kind", "test"),
        });
        await host.JoinAsync("one", "red");
        await host.DetachAsync("one");
        await host.ReopenAsync();
        Assert.Contains(host.Links(), link => link.Name == "t-1");

        await host.RebootAsync();

        var found = host.Plane.Networks.Single(network => network.Name == "red");
        Assert.Equal(("10.77.0.0/16", "10.77.0.1", "test", made.Id, made.CreatedAt),
            (found.Subnet, found.Gateway, found.Labels["kind"], found.Id, found.CreatedAt));
        var joined = await host.JoinAsync("two", new EndpointSpec("red"));
        Assert.Equal(("10.77.0.2", 16), (joined.Endpoints[0].Address, joined.Endpoints[0].PrefixLength));
    }

    [Fact]
    public async Task Removing_a_network_leaves_nothing_of_it_and_needs_that_nobody_is_in_it()
    {
        await using var host = await TestHost.OpenAsync();
        await host.DefineAsync("red", options: ("com.docker.network.bridge.name", "redbr0"));
        await host.JoinAsync("one", new EndpointSpec("red"));
        var refused = await Refused(host.Plane.RemoveNetworkAsync("red", CancellationToken.None));
        Assert.Equal(ContainerFault.Forbidden, refused.Fault);
        Assert.Contains("has active endpoints", refused.Message, StringComparison.Ordinal);

        await host.DetachAsync("one");
        await host.Plane.RemoveNetworkAsync("red", CancellationToken.None);

        Assert.DoesNotContain(host.Links(), link => link.Name == "redbr0");
        Assert.DoesNotContain("redbr0", host.Nft("list table ip t"), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(host.Options.LastingFolder!));
        Assert.Equal(ContainerFault.NotFound,
            (await Refused(host.Plane.RemoveNetworkAsync("red", CancellationToken.None))).Fault);
    }

    [Theory]
    [InlineData("bridge", ContainerFault.Forbidden, "pre-defined network and cannot be removed")]
    [InlineData("host", ContainerFault.Forbidden, "pre-defined network and cannot be removed")]
    [InlineData("none", ContainerFault.Forbidden, "pre-defined network and cannot be removed")]
    public async Task What_is_always_there_is_neither_removed_nor_made(
        string name, ContainerFault fault, string message)
    {
        await using var host = await TestHost.OpenAsync();

        var removing = await Refused(host.Plane.RemoveNetworkAsync(name, CancellationToken.None));
        var making = await Refused(host.DefineAsync(name));

        Assert.Equal((fault, fault), (removing.Fault, making.Fault));
        Assert.Contains(message, removing.Message, StringComparison.Ordinal);
        Assert.Contains($"operation is not permitted on predefined {name}", making.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_and_addresses_that_are_taken_are_refused_and_nothing_is_left()
    {
        await using var host = await TestHost.OpenAsync();
        await host.DefineAsync("red", "10.77.0.0/24");
        var before = host.Links().Select(link => link.Name).Order().ToArray();

        Assert.Equal(ContainerFault.Conflict, (await Refused(host.DefineAsync("red"))).Fault);
        foreach (var taken in (string[])["10.77.0.128/25", "10.0.0.0/8", "198.51.100.0/24", "172.30.0.0/24"])
        {
            var refused = await Refused(host.DefineAsync("blue", taken));
            Assert.Equal(ContainerFault.Forbidden, refused.Fault);
            Assert.Contains("Pool overlaps with other one on this address space", refused.Message,
                StringComparison.Ordinal);
        }

        foreach (var device in (string[])["uplink", "t-9", "tv12345"])
        {
            var refused = await Refused(host.DefineAsync(
                "blue", options: ("com.docker.network.bridge.name", device)));
            Assert.Contains("a device of this host has that name", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, host.Links().Select(link => link.Name).Order());
        Assert.Single(Directory.GetFiles(host.Options.LastingFolder!));
    }

    [Fact]
    public async Task Addresses_are_given_of_the_range_past_those_kept_back_and_end_in_words()
    {
        await using var host = await TestHost.OpenAsync();
        await host.DefineAsync(new NetworkDefinition("red")
        {
            Subnet = "10.77.0.0/24",
            Gateway = "10.77.0.5",
            AddressRange = "10.77.0.4/30",
            ReservedAddresses = ImmutableSortedDictionary<string, string>.Empty.Add("router", "10.77.0.6"),
        });

        var (one, two) = (await host.JoinAsync("one", "red"), await host.JoinAsync("two", "red"));
        var full = await Refused(host.JoinAsync("three", "red"));
        var asked = await host.JoinAsync("four", new EndpointSpec("red") { Address = "10.77.0.200" });

        Assert.Equal(["10.77.0.4", "10.77.0.7"], [one.Endpoints[0].Address, two.Endpoints[0].Address]);
        Assert.Contains("has no free address: 2 containers", full.Message, StringComparison.Ordinal);
        Assert.Equal(("10.77.0.200", "10.77.0.5"), (asked.Endpoints[0].Address, asked.Endpoints[0].Gateway));
        Assert.Equal(3, Directory.GetFiles(host.Options.NamespaceFolder).Length);
    }

    [Theory]
    [InlineData("10.77.0.1", "Address already in use")]
    [InlineData("10.77.0.9", "Address already in use")]
    [InlineData("10.78.0.2", "no configured subnet or ip-range contain")]
    [InlineData("10.77.0.255", "no configured subnet or ip-range contain")]
    public async Task An_address_that_cannot_be_had_is_refused(string address, string message)
    {
        await using var host = await TestHost.OpenAsync();
        await host.DefineAsync("red", "10.77.0.0/24");
        await host.JoinAsync("one", new EndpointSpec("red") { Address = "10.77.0.9" });

        var refused = await Refused(host.JoinAsync("two", new EndpointSpec("red") { Address = address }));

        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_internal_network_joins_its_containers_and_leads_nowhere()
    {
        await using var host = await TestHost.OpenAsync();
        await host.DefineAsync(new NetworkDefinition("shut") { IsInternal = true });
        host.Serve(host.Outside, "outside", 80);
        var (web, other) = (await host.JoinAsync("web", "shut"), await host.JoinAsync("other", "shut"));
        host.Serve(web.NamespacePath, "web", 80);
        TestHost.In(other.NamespacePath, () =>
        {
            // What a container with the right to do so would try.
            using var links = new Rtnetlink();
            links.AddDefaultRoute(System.Net.IPAddress.Parse(
                host.Plane.Networks.Single(network => network.Name == "shut").Gateway));
            return true;
        });

        Assert.Equal("web", await Caller.NameAsync(other.NamespacePath, web.Endpoints[0].Address, 80));
        Assert.Equal("", other.Endpoints[0].Gateway);
        Assert.Equal(Caller.NoAnswer,
            await Caller.AskAsync(other.NamespacePath, TestHost.OutsideAddress, 80, ShortPatience));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("0")]
    public async Task Containers_that_shall_not_reach_each_other_do_not_and_are_reached_by_the_host(
        string bridgeNetfilter)
    {
        await using var host = await TestHost.OpenAsync(bridgeNetfilter: bridgeNetfilter);
        await host.DefineAsync("apart", options: ("com.docker.network.bridge.enable_icc", "false"));
        var (web, other) = (await host.JoinAsync("web", "apart"), await host.JoinAsync("other", "apart"));
        host.Serve(web.NamespacePath, "web", 80);

        Assert.Equal(Caller.NoAnswer,
            await Caller.AskAsync(other.NamespacePath, web.Endpoints[0].Address, 80, ShortPatience));
        Assert.Equal("web", await Caller.NameAsync(host.Here, web.Endpoints[0].Address, 80));
    }

    [Fact]
    public async Task Options_set_the_size_of_packets_the_address_of_ports_and_who_is_seen_outside()
    {
        await using var host = await TestHost.OpenAsync();
        await host.DefineAsync(
            "plain", "10.77.0.0/24", ("com.docker.network.driver.mtu", "1400"),
            ("com.docker.network.bridge.host_binding_ipv4", TestHost.HostAddress),
            ("com.docker.network.bridge.enable_ip_masquerade", "false"));
        host.Serve(host.Outside, "outside", 80);
        var web = await host.AttachAsync("web", ["plain"], new PublishedPort(80, 8080));

        Assert.Equal(TestHost.HostAddress, web.Ports[0].HostAddress);
        Assert.Equal(1400, TestHost.In(web.NamespacePath, () =>
        {
            using var links = new Rtnetlink();
            return links.FindLink("eth0")!.Mtu;
        }));
        // It knows no way back to an address that is not the host's.
        Assert.Equal(Caller.NoAnswer,
            await Caller.AskAsync(web.NamespacePath, TestHost.OutsideAddress, 80, ShortPatience));
    }

    [Fact]
    public async Task A_broken_file_of_a_network_is_set_aside_and_the_others_stay()
    {
        await using var host = await TestHost.OpenAsync();
        await host.DefineAsync("red");
        var file = Path.Combine(host.Options.LastingFolder!, "broken.json");
        File.WriteAllText(file, "{");

        await host.ReopenAsync();

        Assert.Contains(host.Plane.Networks, network => network.Name == "red");
        Assert.Equal("{", File.ReadAllText(file + ".broken"));
    }

    private static Task<ContainerException> Refused(Task task) => Assert.ThrowsAsync<ContainerException>(() => task);
}

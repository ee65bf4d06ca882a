using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Images;
using Swarm.Runtime.Bundles;

namespace Swarm.Runtime.Tests;

public sealed class NameFileTests : IDisposable
{
    private const string LoopbackOnly = "search corp.example\nnameserver 127.0.0.53\nnameserver ::1\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("swarmnames").FullName;

    private static ContainerSpec Box => new() { Image = "box", Command = ["true"], Hostname = "me" };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("", "172.30.0.1")]
    [InlineData("10.7.0.1", "10.7.0.1")]
    public void The_host_is_found_at_a_gateway_or_where_no_network_has_one_at_the_default_networks(
        string gateway, string expected)
    {
        var hosts = Hosts(Box with { ExtraHosts = ["host:host-gateway"] }, new NamesInput(Joined(gateway), [], "")
        {
            DefaultGateway = "172.30.0.1",
        });

        Assert.Contains($"\n{expected}\thost\n", hosts, StringComparison.Ordinal);
        Assert.EndsWith("\n10.7.0.2\tme\n", hosts, StringComparison.Ordinal);
    }

    [Fact]
    public void Whoever_has_the_hosts_network_has_its_hosts_and_his_own_beside_them()
    {
        var hosts = Hosts(
            Box with { NetworkMode = NetworkMode.Host, ExtraHosts = ["x:1.2.3.4"] },
            new NamesInput([], [], "") { HostNames = "127.0.0.1 localhost\n10.0.0.5 neighbour" });

        Assert.Equal("127.0.0.1 localhost\n10.0.0.5 neighbour\n1.2.3.4\tx\n", hosts);
    }

    [Theory]
    [InlineData(NetworkMode.None)]
    [InlineData(NetworkMode.Host)]
    public void Without_an_address_there_is_no_line_for_the_container_itself(NetworkMode mode)
    {
        var hosts = Hosts(Box with { NetworkMode = mode }, new NamesInput([], [], ""));

        Assert.StartsWith("127.0.0.1\tlocalhost\n", hosts, StringComparison.Ordinal);
        Assert.DoesNotContain("me", hosts, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LoopbackOnly, true, "nameserver 127.0.0.11\nsearch corp.example\n")]
    [InlineData("nameserver fe80::1\n", true, "nameserver 127.0.0.11\n")]
    [InlineData("", true, "nameserver 127.0.0.11\n")]
    [InlineData(LoopbackOnly, false, "search corp.example\n")]
    [InlineData("nameserver fe80::1\nnameserver 10.0.0.1\nnameserver 127.0.0.1\n", true, "nameserver 10.0.0.1\n")]
    public void Who_can_reach_no_server_of_the_host_asks_its_own(string host, bool attached, string expected) =>
        Assert.Equal(
            expected, NameFiles.Resolver(Box, new NamesInput(Joined(""), [], host) { IsAttached = attached }));

    [Fact]
    public void A_server_that_was_asked_for_is_asked() => Assert.Equal(
        "nameserver 10.1.1.1\nsearch corp.example\n",
        NameFiles.Resolver(
            Box with { DnsServers = ["10.1.1.1"] },
            new NamesInput(Joined(""), [], LoopbackOnly) { IsAttached = true }));

    [Fact]
    public void Whoever_has_the_hosts_network_reaches_what_the_host_reaches() => Assert.Equal(
        "nameserver 127.0.0.53\nnameserver ::1\nsearch own.example\n",
        NameFiles.Resolver(
            Box with { NetworkMode = NetworkMode.Host, DnsSearch = ["own.example"] },
            new NamesInput([], [], LoopbackOnly)));

    [Theory]
    [InlineData(LoopbackOnly, true)]
    [InlineData("nameserver fe80::1", true)]
    [InlineData("# nameserver 10.0.0.1", true)]
    [InlineData("nameserver ::1\nnameserver\t10.0.0.1\n", false)]
    public void A_host_lacks_servers_where_a_container_reaches_none(string host, bool lacks) =>
        Assert.Equal(lacks, NameFiles.LacksServers(host));

    [Theory]
    [InlineData("nameserver 127.0.0.11\noptions ndots:0\n", true)]
    [InlineData("nameserver 10.0.0.1\n", false)]
    [InlineData(null, false)]
    public void Whom_a_container_asks_is_read_from_its_file(string? text, bool isLed)
    {
        if (text is not null) File.WriteAllText(Path.Join(_folder, "resolv.conf"), text);

        Assert.Equal(isLed, NameFiles.LeadsToNameServer(_folder));
    }

    private static ImmutableArray<NetworkEndpoint> Joined(string gateway) =>
        [new NetworkEndpoint("inner", "10.7.0.2", 24, gateway, "02:00:00:00:00:01")];

    private static string Hosts(ContainerSpec spec, NamesInput input)
    {
        var definition = new ContainerDefinition(new ContainerId(new string('a', 64)), "a", spec);
        return NameFiles.Hosts(ContainerPlan.Of(definition, new ImageConfiguration(), "machine"), input);
    }
}

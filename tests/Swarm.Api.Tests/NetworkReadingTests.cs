using System.Text;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Containers;
using Swarm.Api.Http;
using Swarm.Api.Networks;
using Swarm.Core.Containers;

namespace Swarm.Api.Tests;

public sealed class NetworkReadingTests
{
    [Theory]
    [InlineData("{}", "bridge")]
    [InlineData("""{"HostConfig":{"NetworkMode":"default"}}""", "bridge")]
    [InlineData("""{"HostConfig":{"NetworkMode":"red"}}""", "red")]
    [InlineData("""{"NetworkingConfig":{"EndpointsConfig":{"red":null}}}""", "red")]
    [InlineData(
        """{"HostConfig":{"NetworkMode":"red"},"NetworkingConfig":{"EndpointsConfig":{"blue":{},"red":{}}}}""",
        "red blue")]
    [InlineData(
        """{"HostConfig":{"NetworkMode":"red"},"NetworkingConfig":{"EndpointsConfig":{"blue":{}}}}""", "red blue")]
    [InlineData(
        """{"HostConfig":{"NetworkMode":"default"},"NetworkingConfig":{"EndpointsConfig":{"default":{}}}}""", "bridge")]
    [InlineData("""{"NetworkingConfig":{"EndpointsConfig":{"default":{},"bridge":{}}}}""", "bridge")]
    public void Networks_are_joined_the_one_of_the_mode_first(string body, string networks)
    {
        var spec = Read(body);

        Assert.Equal(NetworkMode.Bridge, spec.NetworkMode);
        Assert.Equal(networks, string.Join(' ', spec.Endpoints!.Value.Select(endpoint => endpoint.Network)));
    }

    [Theory]
    [InlineData("host", NetworkMode.Host, "")]
    [InlineData("none", NetworkMode.None, "")]
    [InlineData("container:db", NetworkMode.None, "container:db")]
    public void A_mode_without_a_network_joins_none(string mode, NetworkMode expected, string shared)
    {
        var spec = Read($$$"""{"HostConfig":{"NetworkMode":"{{{mode}}}"}}""");

        Assert.Equal((expected, shared, true), (spec.NetworkMode, spec.Shared.Network, spec.Endpoints is null));
    }

    [Fact]
    public void All_that_is_said_of_an_endpoint_is_taken_over()
    {
        var spec = Read("""
            {"MacAddress":"02:00:00:00:00:01","ExposedPorts":{"80":{},"53/udp":{}},
             "HostConfig":{"NetworkMode":"red","Links":["/db:/app/store","cache"]},
             "NetworkingConfig":{"EndpointsConfig":{"red":{"IPAMConfig":{"IPv4Address":"10.0.0.9"},"Aliases":["a","a"],
              "Links":["db:store"],"GwPriority":7,"DriverOpts":{"k":"v"}}}}}
            """);

        var endpoint = Assert.Single(spec.Endpoints!.Value);
        Assert.Equal(("10.0.0.9", "02:00:00:00:00:01", 7, "v"),
            (endpoint.Address, endpoint.MacAddress, endpoint.GatewayPriority, endpoint.DriverOptions["k"]));
        Assert.Equal("a", Assert.Single(endpoint.Aliases));
        Assert.Equal(new LinkSpec("db", "store"), Assert.Single(endpoint.Links));
        Assert.Equal((LinkSpec[])[new("db", "store"), new("cache", "cache")], spec.Links.AsEnumerable());
        Assert.Equal(["53/udp", "80/tcp"], spec.ExposedPorts.Order());
    }

    [Theory]
    [InlineData("8000-8009", 8000, 8009)]
    [InlineData("8000", 8000, 0)]
    [InlineData("", 0, 0)]
    public void A_port_of_the_host_is_one_any_or_one_of_several(string text, int first, int last)
    {
        var port = Assert.Single(Read(Binding(text)).Ports);

        Assert.Equal((80, first, last), (port.ContainerPort, port.HostPort, port.HostPortLast));
    }

    [Fact]
    public void Exposed_ports_may_be_ranges_and_of_any_protocol_where_they_are_not_published()
    {
        var spec = Read("""{"ExposedPorts":{"3000-3002":{},"3001/tcp":{},"53-54/udp":{},"9/sctp":{}}}""");
        Assert.Equal(
            ["3000/tcp", "3001/tcp", "3002/tcp", "53/udp", "54/udp", "9/sctp"],
            spec.ExposedPorts.Order(StringComparer.Ordinal));

        var published = Read("""{"ExposedPorts":{"80-81/udp":{}},"HostConfig":{"PublishAllPorts":true}}""").Ports;
        Assert.Equal([80, 81], published.Select(port => port.ContainerPort).Order());

        var many = string.Join(',', Enumerable.Range(0, 5000).Select(one => $"\"1-{65535 - one}\":{{}}"));
        Assert.Throws<ApiException>(() => Read("{\"ExposedPorts\":{" + many + "}}"));
        foreach (var wrong in (string[])["2-1", "1-2-3", "a", "1-70000", "0", "5/ip", "1-2/tcp/x"])
            Assert.Throws<ApiException>(() => Read("{\"ExposedPorts\":{\"" + wrong + "\":{}}}"));
    }

    [Theory]
    [InlineData("9-8")]
    [InlineData("0-8")]
    [InlineData("1-2-3")]
    [InlineData("8000-70000")]
    [InlineData("-5")]
    public void A_port_that_is_none_is_refused(string text) =>
        Assert.Equal(StatusCodes.Status400BadRequest, Assert.Throws<ApiException>(() => Read(Binding(text))).Status);

    [Theory]
    [InlineData("""{"HostConfig":{"NetworkMode":"container:"}}""", 400)]
    [InlineData("""{"HostConfig":{"NetworkMode":"container:db","PortBindings":{"80/tcp":[{}]}}}""", 400)]
    [InlineData("""{"HostConfig":{"NetworkMode":"container:db","Links":["a:b"]}}""", 400)]
    [InlineData("""{"HostConfig":{"NetworkMode":"container:db","Dns":["1.1.1.1"]}}""", 400)]
    [InlineData("""{"HostConfig":{"NetworkMode":"container:db","ExtraHosts":["a:1.1.1.1"]}}""", 400)]
    [InlineData("""{"HostConfig":{"NetworkMode":"container:db"},"Hostname":"a"}""", 400)]
    [InlineData("""{"HostConfig":{"NetworkMode":"container:db"},"ExposedPorts":{"80":{}}}""", 400)]
    [InlineData("""{"HostConfig":{"NetworkMode":"container:db"},"MacAddress":"02:00:00:00:00:01"}""", 400)]
    [InlineData("""{"HostConfig":{"NetworkMode":"host"},"MacAddress":"02:00:00:00:00:01"}""", 400)]
    [InlineData("""{"HostConfig":{"NetworkMode":"none"},"NetworkingConfig":{"EndpointsConfig":{"red":{}}}}""", 400)]
    [InlineData(
        """
        {"HostConfig":{"NetworkMode":"host"},
         "NetworkingConfig":{"EndpointsConfig":{"host":{"IPAMConfig":{"IPv4Address":"1.2.3.4"}}}}}
        """, 400)]
    [InlineData("""{"HostConfig":{"Links":["a:b:c"]}}""", 400)]
    [InlineData("""{"HostConfig":{"Links":[":b"]}}""", 400)]
    [InlineData("""{"HostConfig":{"PortBindings":{"80/sctp":[{}]}}}""", 501)]
    [InlineData("""{"NetworkingConfig":{"EndpointsConfig":{"red":{"IPAMConfig":{"IPv6Address":"fe80::1"}}}}}""", 501)]
    [InlineData("""{"NetworkingConfig":{"EndpointsConfig":{"red":{"GwPriority":9999999999}}}}""", 400)]
    public void What_contradicts_itself_or_is_not_supported_is_refused(string body, int status) =>
        Assert.Equal(status, Assert.Throws<ApiException>(() => Read(body)).Status);

    [Theory]
    [InlineData("""{"Name":"a","Driver":"host"}""", 403)]
    [InlineData("""{"Name":"a","Driver":"overlay"}""", 501)]
    [InlineData("""{"Name":"a","Scope":"swarm"}""", 501)]
    [InlineData("""{"Name":"a","EnableIPv6":true}""", 501)]
    [InlineData("""{"Name":"a","ConfigOnly":true}""", 501)]
    [InlineData("""{"Name":"a","IPAM":{"Driver":"dhcp"}}""", 501)]
    [InlineData("""{"Name":"a","IPAM":{"Config":[{"Subnet":"10.0.0.0/24"},{"Subnet":"10.0.1.0/24"}]}}""", 501)]
    [InlineData("""{"Name":"a","IPAM":{"Config":[{"Subnet":"fd00::/64"}]}}""", 501)]
    [InlineData("""{"Name":"a","Labels":{"x":7}}""", 400)]
    [InlineData("""{"Name":7}""", 400)]
    public void A_network_that_is_not_supported_is_refused(string body, int status) =>
        Assert.Equal(status, Assert.Throws<ApiException>(() => NetworkBody.Read(Fields(body))).Status);

    private static string Binding(string hostPort) =>
        """{"HostConfig":{"PortBindings":{"80/tcp":[{"HostPort":"PORT"}]}}}"""
            .Replace("PORT", hostPort, StringComparison.Ordinal);

    private static ContainerSpec Read(string body)
    {
        var config = Fields(body);
        return NetworkReading.Apply(new ContainerSpec { Image = "box" }, config, config.Object("HostConfig"));
    }

    private static JsonFields Fields(string body) => JsonFields.Parse(Encoding.UTF8.GetBytes(body));
}

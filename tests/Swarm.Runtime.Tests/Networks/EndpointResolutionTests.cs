using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime.Networks;

namespace Swarm.Runtime.Tests.Networks;

public sealed class EndpointResolutionTests
{
    private static readonly ContainerState Db = new(
        new ContainerDefinition(new ContainerId(new string('d', 64)), "db", Spec()), ContainerPhase.Running);

    private readonly EndpointResolution _resolution = new(
        [
            new NetworkDefinition("bridge") { Id = "b1", Kind = NetworkKind.Predefined, Subnet = "172.30.0.0/24" },
            new NetworkDefinition("host") { Id = "h1", Driver = "host" },
            new NetworkDefinition("red") { Id = "cafe01", Subnet = "10.77.0.0/24", IsSubnetGiven = true },
            new NetworkDefinition("blue") { Id = "cafe02", Subnet = "172.30.1.0/24" },
        ],
        "bridge",
        named => named == "db" ? Db : null);

    [Fact]
    public void Networks_and_containers_are_kept_by_what_does_not_change()
    {
        var asked = Spec(new EndpointSpec("cafe01") { MacAddress = "02-AA-00-00-00-01" }, new EndpointSpec("blue"));

        var kept = _resolution.Resolve(asked with { Links = [new LinkSpec("db", "database")] });

        Assert.Equal(["red", "blue"], kept.Endpoints!.Value.Select(endpoint => endpoint.Network));
        Assert.Equal("02:aa:00:00:00:01", kept.Endpoints!.Value[0].MacAddress);
        Assert.Equal(new LinkSpec(Db.Id.Value, "database") { Name = "db" }, Assert.Single(kept.Links));
        var shared = _resolution.Resolve(Spec() with { Shared = new SharedNamespaces(Network: "container:db") });
        Assert.Equal($"container:{Db.Id}", shared.Shared.Network);
    }

    public static TheoryData<EndpointSpec, string> Refusals => new()
    {
        { new EndpointSpec("none-such"), "network none-such not found" },
        { new EndpointSpec("cafe"), "ambiguous" },
        { new EndpointSpec("host"), "cannot be disconnected from host network or connected to host network" },
        { new EndpointSpec("bridge") { Address = "172.30.0.9" }, "supported on user defined networks only" },
        { new EndpointSpec("bridge") { Aliases = ["x"] }, "only for containers in user defined networks" },
        { new EndpointSpec("blue") { Address = "172.30.1.9" }, "networks with user configured subnets" },
        { new EndpointSpec("red") { Address = "10.78.0.9" }, "no configured subnet or ip-range contain" },
        { new EndpointSpec("red") { Address = "x" }, "invalid IPv4 address: x" },
        { new EndpointSpec("red") { MacAddress = "01:00:00:00:00:01" }, "invalid MAC address" },
        { new EndpointSpec("red") { MacAddress = "00:00:00:00:00:00" }, "invalid MAC address" },
        { new EndpointSpec("red") { MacAddress = "02:aa" }, "invalid MAC address" },
        { new EndpointSpec("red") { Aliases = ["a\n10.0.0.1 evil"] }, "invalid alias" },
        { new EndpointSpec("red") { Links = [new LinkSpec("db", "a b")] }, "invalid alias" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void What_cannot_be_is_refused_in_words(EndpointSpec endpoint, string message) => Assert.Contains(
        message, Assert.Throws<ContainerException>(() => _resolution.ResolveAll(Spec(endpoint))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_network_that_is_not_there_may_come_until_the_container_is_started()
    {
        var kept = _resolution.Resolve(Spec(new EndpointSpec("none-such"), new EndpointSpec("cafe01")));

        Assert.Equal(["none-such", "red"], kept.Endpoints!.Value.Select(endpoint => endpoint.Network));
        Assert.Equal(
            ContainerFault.NotFound, Assert.Throws<ContainerException>(() => _resolution.ResolveAll(kept)).Fault);
    }

    [Fact]
    public void A_link_to_nobody_and_a_network_that_is_named_twice_are_refused()
    {
        var nobody = Assert.Throws<ContainerException>(() =>
            _resolution.Resolve(Spec() with { Links = [new LinkSpec("nobody", "x")] }));
        var twice = Assert.Throws<ContainerException>(() =>
            _resolution.Resolve(Spec(new EndpointSpec("red"), new EndpointSpec("cafe01"))));

        Assert.Contains("could not get container for nobody", nobody.Message, StringComparison.Ordinal);
        Assert.Contains("network red is named twice", twice.Message, StringComparison.Ordinal);
    }

    private static ContainerSpec Spec(params EndpointSpec[] endpoints) => new()
    {
        Image = "box",
        Endpoints = [.. endpoints],
    };
}

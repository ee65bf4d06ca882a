using System.Collections.Immutable;
using Swarm.Runtime.Networks;

namespace Swarm.Runtime.Tests.Networks;

public sealed class NetworkCheckTests
{
    [Theory]
    [InlineData("")]
    [InlineData("../red")]
    [InlineData("a b")]
    [InlineData("-red")]
    [InlineData("red\" } ; flush ruleset")]
    [InlineData("red\n")]
    public void A_name_that_could_be_more_than_a_name_is_refused(string name) =>
        Assert.Equal(ContainerFault.Invalid, Refused(new NetworkDefinition(name)).Fault);

    [Theory]
    [InlineData("10.0.0.0", "", "", "invalid subnet 10.0.0.0: invalid CIDR block notation")]
    [InlineData("10.0.5.0/16", "", "", "invalid subnet 10.0.5.0/16: it should be 10.0.0.0/16")]
    [InlineData("10.0.0.0/31", "", "", "a network has a prefix of /8 to /30")]
    [InlineData("127.0.0.0/16", "", "", "no container could be reached there")]
    [InlineData("224.0.0.0/8", "", "", "no container could be reached there")]
    [InlineData("10.0.0.0/16", "10.1.0.0/24", "", "parent subnet 10.0.0.0/16 doesn't contain ip-range")]
    [InlineData("10.0.0.0/16", "10.0.0.0/8", "", "CIDR block is bigger than its parent subnet")]
    [InlineData("10.0.0.0/16", "10.0.1.5/24", "", "it should be 10.0.1.0/24")]
    [InlineData("10.0.0.0/16", "", "10.1.0.1", "invalid gateway 10.1.0.1: parent subnet 10.0.0.0/16 doesn't contain")]
    [InlineData("10.0.0.0/16", "", "fe80::1", "invalid gateway fe80::1: parent subnet is an IPv4 block")]
    [InlineData("10.0.0.0/16", "", "1", "invalid gateway 1:")]
    [InlineData("", "", "10.0.0.1", "invalid subnet : invalid CIDR block notation")]
    public void Addresses_that_cannot_be_are_told(string subnet, string range, string gateway, string message)
    {
        var refused = Refused(new NetworkDefinition("red")
        {
            Subnet = subnet,
            AddressRange = range,
            Gateway = gateway,
        });

        Assert.StartsWith("invalid network config:\n", refused.Message, StringComparison.Ordinal);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("com.docker.network.bridge.name", "a/b")]
    [InlineData("com.docker.network.bridge.name", "sixteen-letters-")]
    [InlineData("com.docker.network.bridge.name", "all")]
    [InlineData("com.docker.network.bridge.name", "br0\n")]
    [InlineData("com.docker.network.driver.mtu", "12")]
    [InlineData("com.docker.network.driver.mtu", "many")]
    [InlineData("com.docker.network.bridge.enable_icc", "maybe")]
    [InlineData("com.docker.network.bridge.host_binding_ipv4", "::1")]
    public void An_option_that_cannot_be_is_named(string option, string value)
    {
        var options = ImmutableSortedDictionary<string, string>.Empty.Add(option, value);

        var refused = Refused(new NetworkDefinition("red") { Options = options });

        Assert.Equal(ContainerFault.Invalid, refused.Fault);
        Assert.Contains(option, refused.Message, StringComparison.Ordinal);
    }

    private static ContainerException Refused(NetworkDefinition network) =>
        Assert.Throws<ContainerException>(() => NetworkCheck.Throw(network));
}

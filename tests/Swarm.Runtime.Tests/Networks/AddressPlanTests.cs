using Swarm.Core.Containers;
using Swarm.Runtime.Networks;

namespace Swarm.Runtime.Tests.Networks;

public sealed class AddressPlanTests
{
    private static readonly Subnet Network = Subnet.TryParse("172.30.0.0/24")!.Value;

    [Fact]
    public void Addresses_go_round_and_one_given_back_waits_for_its_turn()
    {
        var (last, given) = (0u, new List<string>());
        for (var turn = 0; turn < 254; turn++)
        {
            last = AddressPlan.ChooseAddress(Network, last, new HashSet<uint>())!.Value;
            given.Add(Subnet.Dotted(last));
        }

        Assert.Equal(["172.30.0.2", "172.30.0.3", "172.30.0.254", "172.30.0.2"],
            [given[0], given[1], given[252], given[253]]);
    }

    [Fact]
    public void Of_all_addresses_but_one_the_one_is_found_and_of_none_none()
    {
        var taken = Enumerable.Range(2, 253).Select(number => Network.First + (uint)number).ToHashSet();
        Assert.Null(AddressPlan.ChooseAddress(Network, Network.First + 9, taken));

        taken.Remove(Network.First + 100);
        Assert.Equal(Network.First + 100, AddressPlan.ChooseAddress(Network, Network.First + 200, taken));
    }

    [Fact]
    public void A_full_network_says_how_full()
    {
        var network = new BridgeNetwork("red", 0, "172.30.0.0/24");
        var ledger = new NetworkLedger([network], [], []);
        var any = new EndpointSpec("red");
        for (var number = 0; number < 253; number++)
        {
            var endpoint = ledger.GiveAddress(network, any);
            ledger.Add(new AttachedContainer($"c{number}", ledger.NextSerial(), [endpoint], []));
        }

        var refused = Assert.Throws<ContainerException>(() => ledger.GiveAddress(network, any));
        Assert.Equal("Network 'red' (172.30.0.0/24) has no free address: 253 containers are in it", refused.Message);
    }

    [Theory]
    [InlineData("", "172.30.0.0/24")]
    [InlineData("0.0.0.0/0", "172.30.0.0/24")]
    [InlineData("172.30.0.0/24", "172.30.1.0/24")]
    [InlineData("172.30.0.128/25 172.30.1.7/32", "172.30.2.0/24")]
    [InlineData("172.30.0.0/16", "172.31.0.0/24")]
    [InlineData("172.16.0.0/12", null)]
    public void A_subnet_is_the_first_that_touches_nothing_the_host_knows(string taken, string? chosen)
    {
        var pool = Subnet.TryParse("172.30.0.0/15")!.Value;
        Subnet[] known = [.. taken.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(text => Subnet.TryParse(text)!.Value)];

        Assert.Equal(chosen, AddressPlan.ChooseSubnet(pool, known)?.ToString());
    }

    [Theory]
    [InlineData("172.30.0.1/24")]
    [InlineData("172.30.0.0")]
    [InlineData("172.30.0.0/33")]
    [InlineData("172.30.0/24")]
    [InlineData("::/0")]
    public void What_is_no_subnet_is_told_apart(string text) => Assert.Null(Subnet.TryParse(text));

    [Fact]
    public void A_chain_that_drops_what_it_does_not_know_is_found_with_its_table() =>
        Assert.Equal(["ip filter FORWARD"], ForeignChains.DroppingForwards("""
            table ip filter {
                chain INPUT {
                    type filter hook input priority filter; policy drop;
                }
                chain FORWARD {
                    type filter hook forward priority filter; policy drop;
                }
            }
            table ip t {
                chain forward {
                    type filter hook forward priority filter - 1; policy accept;
                }
            }
            """));
}

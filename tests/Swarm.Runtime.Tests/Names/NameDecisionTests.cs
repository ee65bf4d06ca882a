using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Runtime.Names;
using Swarm.Runtime.Networks;

namespace Swarm.Runtime.Tests.Names;

public sealed class NameDecisionTests
{
    private static readonly ContainerId Web = Id('a'), Db = Id('b'), Other = Id('c');

    private static readonly NameBook Book = new(
    [
        new NamedContainer(Web, "web",
        [
            Endpoint("red", "172.30.1.2", "web", "aaaaaaaaaaaa") with
            {
                Links = ImmutableSortedDictionary<string, string>.Empty.Add("store", "db"),
            },
            Endpoint("blue", "172.30.2.2", "web"),
        ]),
        new NamedContainer(Db, "db",
            [Endpoint("red", "172.30.1.3", "db", "Data", "tasks.all"), Endpoint("blue", "172.30.2.3", "db")]),
        new NamedContainer(Other, "other",
        [
            Endpoint("green", "172.30.3.2", "other"),
            Endpoint("bridge", "172.17.0.2", "other") with { ResolvesNames = false },
        ]),
    ]);

    [Theory]
    [InlineData("db", "172.30.1.3 172.30.2.3")]
    [InlineData("DATA", "172.30.1.3")]
    [InlineData("web", "172.30.1.2 172.30.2.2")]
    [InlineData("tasks.all", "172.30.1.3")]
    [InlineData("tasks.all.red", "172.30.1.3")]
    [InlineData("db.blue", "172.30.2.3")]
    [InlineData("store", "172.30.1.3")] // only in the network of the link
    public void A_name_has_the_addresses_of_its_containers_in_the_networks_that_the_asker_is_in(
        string name, string addresses)
    {
        var found = Assert.IsType<NameAnswer.Addresses>(Decide(Web, name));

        Assert.Equal(addresses, string.Join(' ', found.All));
    }

    [Theory]
    [InlineData("other")] // in a network that the asker is not in
    [InlineData("data.blue")] // an alias in another network
    [InlineData("db.green")]
    [InlineData("nobody")]
    [InlineData("")]
    public void What_the_asker_does_not_share_is_asked_of_others(string name) =>
        Assert.IsType<NameAnswer.Forward>(Decide(Web, name));

    [Fact]
    public void A_link_is_known_to_its_owner_alone() => Assert.IsType<NameAnswer.Forward>(Decide(Db, "store"));

    [Fact]
    public void In_the_default_network_nobody_has_a_name()
    {
        Assert.IsType<NameAnswer.Forward>(Decide(Web, "other.bridge"));
        Assert.IsType<NameAnswer.Addresses>(Decide(Other, "other"));
        Assert.IsType<NameAnswer.Forward>(Decide(Other, "2.0.17.172.in-addr.arpa", RecordType.Ptr));
    }

    [Fact]
    public void Who_is_in_no_network_knows_nobody() => Assert.IsType<NameAnswer.Forward>(Decide(Id('d'), "db"));

    [Fact]
    public void Of_a_name_that_is_known_others_are_asked_for_nothing()
    {
        Assert.IsType<NameAnswer.Nothing>(Decide(Web, "db", RecordType.Aaaa));
        Assert.IsType<NameAnswer.Nothing>(Decide(Web, "db", 15));
        Assert.IsType<NameAnswer.Addresses>(Decide(Web, "db", RecordType.Any));
    }

    [Fact]
    public void Each_question_gets_another_address_first()
    {
        var first = Assert.IsType<NameAnswer.Addresses>(Decide(Web, "db", turn: 4)).All;
        var second = Assert.IsType<NameAnswer.Addresses>(Decide(Web, "db", turn: 5)).All;
        var last = Assert.IsType<NameAnswer.Addresses>(Decide(Web, "db", turn: int.MinValue)).All;

        Assert.Equal(first.Reverse(), second);
        Assert.Equal(2, last.Length);
    }

    [Theory]
    [InlineData("3.1.30.172.in-addr.arpa", "db.red")]
    [InlineData("3.2.30.172.IN-ADDR.ARPA", "db.blue")]
    public void An_address_has_the_name_of_its_container_and_its_network(string asked, string name) =>
        Assert.Equal(new NameAnswer.Pointer(name), Decide(Web, asked, RecordType.Ptr));

    [Theory]
    [InlineData("2.3.30.172.in-addr.arpa")] // of a network that the asker is not in
    [InlineData("3.1.30.in-addr.arpa")]
    [InlineData("3.1.30.172x.in-addr.arpa")]
    [InlineData("256.1.30.172.in-addr.arpa")]
    [InlineData("in-addr.arpa")]
    public void Any_other_address_is_asked_of_others(string asked) =>
        Assert.IsType<NameAnswer.Forward>(Decide(Web, asked, RecordType.Ptr));

    [Fact]
    public void Who_wants_search_domains_first_gets_names_without_a_dot_from_nobody_else()
    {
        Assert.IsType<NameAnswer.Nothing>(Decide(Web, "nobody", keeps: true));
        Assert.IsType<NameAnswer.Forward>(Decide(Web, "nobody", 15, keeps: true));
        Assert.IsType<NameAnswer.Forward>(Decide(Web, "nobody.example", keeps: true));
        Assert.IsType<NameAnswer.Addresses>(Decide(Web, "db", keeps: true));
    }

    [Fact]
    public void Whole_zones_are_not_given_and_later_versions_not_spoken()
    {
        Assert.Equal(
            new NameAnswer.Failed(ResponseCode.NotImplemented), Decide(Web, "example", RecordType.Transfer));
        var later = Messages.Understood(Messages.Ask("db", edns: 512, version: 1));
        Assert.Equal(
            new NameAnswer.Failed(ResponseCode.BadVersion), NameDecision.Decide(Book, Web, later, false, 0));
    }

    [Fact]
    public void Servers_of_the_host_are_asked_from_the_host_and_only_by_who_has_a_way_out()
    {
        const string Host = "# comment\nsearch x\nnameserver 127.0.0.53\n nameserver\t192.0.2.1 \nnameserver nonsense\n"
            + "nameserver ::1\nnameserver 192.0.2.4\n";
        var found = UpstreamServer.Choose(new NameWishes([], false, HasWayOut: true), Host);

        Assert.Equal(["127.0.0.53", "192.0.2.1", "::1"], found.Select(server => server.Address.ToString()));
        Assert.All(found, server => Assert.False(server.IsInContainer));
        Assert.Empty(UpstreamServer.Choose(new NameWishes([], false, HasWayOut: false), Host));
    }

    [Fact]
    public void Servers_of_its_own_are_asked_in_place_of_those_of_the_host()
    {
        ImmutableArray<string> own = ["192.0.2.9", "127.0.0.1", "127.0.0.11"];

        var found = UpstreamServer.Choose(new NameWishes(own, false, HasWayOut: true), "nameserver 192.0.2.1");
        Assert.Equal(["192.0.2.9 False", "127.0.0.1 True"], found.Select(one => $"{one.Address} {one.IsInContainer}"));
        Assert.All(
            UpstreamServer.Choose(new NameWishes(own, false, HasWayOut: false), ""),
            server => Assert.True(server.IsInContainer));
    }

    [Fact]
    public void The_port_of_earlier_rules_is_found_among_others()
    {
        const string Other = "table ip mine {\n dnat to 127.0.0.11:1\n}\n";
        Assert.Equal(40123, NameRules.FindPort(Other + NameRules.LeadTo(40123)));
        Assert.Null(NameRules.FindPort(Other));
        Assert.Null(NameRules.FindPort(NameRules.LeadTo(70000)));
    }

    private static NameAnswer Decide(
        ContainerId asker, string name, ushort type = RecordType.A, bool keeps = false, int turn = 0) =>
        NameDecision.Decide(Book, asker, Messages.Understood(Messages.Ask(name, type)), keeps, turn);

    private static ContainerId Id(char digit) => new(new string(digit, 64));

    private static NamedEndpoint Endpoint(string network, string address, params ImmutableArray<string> names) =>
        new(network, address) { ResolvesNames = true, Names = names };
}

using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime.Networks;

namespace Swarm.Runtime.Tests.Networks;

public sealed class NetworkNamesTests
{
    private static readonly ContainerId Id = new(new string('a', 64));

    private static readonly NetworkEndpoint Red = new("red", "172.30.1.2", 24, "172.30.1.1", "02:42:ac:1e:01:02");

    private readonly List<ContainerState> _containers = [];
    private readonly NetworkNames _names;

    public NetworkNamesTests() => _names = new NetworkNames(
        () => _containers, id => _containers.Find(one => one.Id == id), "bridge");

    [Fact]
    public void A_container_has_its_name_its_aliases_its_short_id_and_its_host_name_in_each_network()
    {
        _containers.Add(State("web", Red) with { Endpoints = [Red, Red with { Network = "bridge" }] });

        var found = _names.Find(Id)!;

        Assert.Equal("web www aaaaaaaaaaaa box", string.Join(' ', found.Endpoints[0].Names));
        Assert.Equal(("red", "172.30.1.2", true),
            (found.Endpoints[0].Network, found.Endpoints[0].Address, found.Endpoints[0].ResolvesNames));
        Assert.Equal("database", found.Endpoints[0].Links["db"]);
        Assert.Equal("web aaaaaaaaaaaa box", string.Join(' ', found.Endpoints[1].Names));
        Assert.False(found.Endpoints[1].ResolvesNames);
    }

    [Fact]
    public void A_container_without_an_address_has_no_names()
    {
        _containers.Add(State("web"));

        Assert.Null(_names.Find(Id));
        Assert.Empty(_names.Containers);
    }

    [Fact]
    public void Who_watches_hears_of_what_changes_a_name_or_an_address_and_of_nothing_else()
    {
        var told = 0;
        var (before, after) = (State("web", Red), State("web", Red with { Address = "172.30.1.3" }));
        using (_names.Watch(() => told++))
        {
            _names.Tell(null, State("web"));
            _names.Tell(before, before with { Run = 2 });
            Assert.Equal(0, told);
            _names.Tell(null, before);
            _names.Tell(before, after);
            _names.Tell(after, State("renamed", after.Endpoints[0]));
            _names.Tell(after, null);
            Assert.Equal(4, told);
        }

        _names.Tell(null, before);
        Assert.Equal(4, told);
    }

    private static ContainerState State(string name, params NetworkEndpoint[] endpoints)
    {
        var spec = new ContainerSpec
        {
            Image = "box",
            Hostname = "box",
            Endpoints = [new EndpointSpec("red") { Aliases = ["www"], Links = [new LinkSpec("database", "db")] }],
        };
        return new ContainerState(new ContainerDefinition(Id, name, spec), ContainerPhase.Running)
        {
            Endpoints = [.. endpoints],
        };
    }
}

using System.Collections.Immutable;
using System.Globalization;
using Swarm.Core.Images;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Placement;

public sealed class StandbyTests
{
    private static readonly NodeImage Image = Pool.Image("image", ("layer", 100));

    [Fact]
    public void Of_two_nodes_that_constraints_allow_the_one_that_lacks_the_image_is_to_have_it()
    {
        var placer = Pool.Of(With(Node("a", "disk=ssd")), Node("b", "disk=ssd"), Node("c", "disk=hdd"));

        Assert.Equal("b", Standbys(placer, On("a") with { Rules = Rules("node.labels.disk == ssd") }));
    }

    [Fact]
    public void A_node_that_has_no_room_or_takes_no_tasks_or_has_a_full_disk_is_none()
    {
        var placer = Pool.Of(
            With(Node("a")), Node("b") with { Reserved = Pool.Amount(3900, 0) },
            Node("c") with { Settings = new NodeSettings(NodeAvailability.Pause, 1) },
            Node("d") with { IsDiskFull = true });

        Assert.Equal("", Standbys(placer, On("a") with { Reservations = Pool.Amount(200, 0) }));
        placer.Keep(Node("b") with { Report = 2 });
        Assert.Equal("b", Standbys(placer, On("a") with { Reservations = Pool.Amount(200, 0) }));
    }

    [Fact]
    public void Where_the_next_task_would_go_to_a_node_with_the_image_nothing_is_fetched() =>
        Assert.Equal("", Standbys(Pool.Of(With(Node("a")), With(Node("b")), Node("c")), On("a")));

    [Fact]
    public void Replicas_have_one_standby_that_does_for_each_of_their_nodes()
    {
        var placer = Pool.Of(With(Node("a")), With(Node("b")), With(Node("c")), Node("d"), Node("e"));

        Assert.Equal("d", Standbys(placer, On("a", "b", "c") with { Rules = new PlacementRules { MaxPerNode = 1 } }));
    }

    [Fact]
    public void Apart_over_a_label_each_of_its_places_has_its_own_standby()
    {
        var placer = Pool.Of(
            With(Node("a1", "zone=a")), With(Node("b1", "zone=b")), Node("a2", "zone=a"), Node("b2", "zone=b"));
        var apart = new ServiceAffinity(Pool.Web, Near: false, Required: true, "node.labels.zone");
        var rules = new PlacementRules { Affinities = [apart] };

        Assert.Equal("a2 b2", Standbys(placer, On("a1", "b1") with { Rules = rules }));
    }

    [Fact]
    public void What_no_node_of_the_service_has_yet_is_not_asked_for_nor_what_is_not_pinned()
    {
        var placer = Pool.Of(Node("a"), Node("b"));

        Assert.Equal("", Standbys(placer, On("a")));
        placer.Keep(With(Node("a")) with { Report = 2 });
        Assert.Equal("", Standbys(placer, On("a") with { Image = null }));
        Assert.Equal("b", Standbys(placer, On("a")));
    }

    [Fact]
    public void A_node_is_asked_once_an_hour_and_anew_when_it_has_been_away()
    {
        var placer = Pool.Of(With(Node("a")), Node("b"));
        Assert.Equal("b", Standbys(placer, On("a")));

        Assert.Equal("", Standbys(placer, On("a"), TimeSpan.FromMinutes(59)));
        Assert.Equal("b", Standbys(placer, On("a"), TimeSpan.FromMinutes(60)));
        placer.SetReachable(new NodeId("b"), false);
        placer.Keep(Node("b"));

        Assert.Equal("b", Standbys(placer, On("a"), TimeSpan.FromMinutes(61)));
    }

    [Fact]
    public void At_most_300_wait_and_what_was_passed_over_comes_when_it_is_told_again()
    {
        var images = Enumerable.Range(0, 301)
            .Select(number => Pool.Image(number.ToString(CultureInfo.InvariantCulture))).ToList();
        var placer = Pool.Of(Node("a").WithImages(images), Node("b"));
        foreach (var image in images) Tell(placer, On("a") with { Image = image.Id }, TimeSpan.Zero);

        Assert.Equal(300, Pool.AskedAhead(placer).Count);
        foreach (var image in images) Tell(placer, On("a") with { Image = image.Id }, TimeSpan.FromMinutes(1));
        Assert.Equal(images[300].Id, Assert.Single(Pool.AskedAhead(placer)).Image);
    }

    private static string Standbys(Placer placer, PlaceTasks next, TimeSpan after = default)
    {
        Tell(placer, next, after);
        return string.Join(' ', Pool.AskedAhead(placer).Select(ask => ask.Node.Value).Order());
    }

    private static void Tell(Placer placer, PlaceTasks next, TimeSpan after) =>
        placer.Prepare(new PrepareStandbys(next), Pool.Noon + after);

    private static PlaceTasks On(params string[] nodes) => Pool.Ask(0) with
    {
        Image = Image.Id,
        RunningPerNode = nodes.ToImmutableSortedDictionary(node => node, _ => 1),
    };

    private static PlacementRules Rules(string constraint) => new() { Constraints = [constraint] };

    private static NodeReport Node(string id, params string[] labels) => Pool.Node(id, labels: labels);

    private static NodeReport With(NodeReport node) => node.WithImages([Image]);
}

using System.Collections.Immutable;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Placement;

public sealed class AffinityTests
{
    private static readonly ServiceName Db = new("db");

    [Fact]
    public void A_service_that_must_be_near_another_goes_only_where_that_is()
    {
        var placer = Pool.Of(Pool.Node("a"), Has(Pool.Node("b"), "db"));

        Assert.Equal(["b", "b"], Place(placer, 2, new ServiceAffinity(Db, Near: true, Required: true)));
    }

    [Fact]
    public void Without_any_task_of_the_other_nothing_can_be_near_it()
    {
        var answer = Pool.Of(Pool.Node("a")).Place(
            Ask(1, new ServiceAffinity(Db, true, true, "node.labels.zone")), Pool.Noon);

        Assert.Equal("0 of 1 nodes: 1 have no task of db in their node.labels.zone", answer.Reason);
        Assert.False(answer.LacksRoom);
    }

    [Fact]
    public void What_was_just_given_away_counts_as_being_there()
    {
        var placer = Pool.Of(Pool.Node("a"), Pool.Node("b"));
        var db = Assert.Single(Pool.NodesOf(placer.Place(Pool.Ask(1, service: "db"), Pool.Noon)));

        Assert.Equal([db], Place(placer, 1, new ServiceAffinity(Db, true, true)));
    }

    [Fact]
    public void Preferred_is_left_when_there_is_no_room()
    {
        var placer = Pool.Of(Pool.Node("a", milliCpu: 4000), Has(Pool.Node("b", milliCpu: 1000), "db"));
        var asked = Ask(2, new ServiceAffinity(Db, Near: true, Required: false)) with
        {
            Reservations = Pool.Amount(600, 0),
        };

        Assert.Equal(["b", "a"], Pool.NodesOf(placer.Place(asked, Pool.Noon)));
    }

    [Fact]
    public void A_service_apart_from_another_over_zones_leaves_the_whole_zone()
    {
        var placer = Pool.Of(
            Has(Pool.Node("a1", labels: "zone=a"), "db"), Pool.Node("a2", labels: "zone=a"),
            Pool.Node("b1", labels: "zone=b"));

        Assert.Equal(["b1", "b1"], Place(placer, 2, new ServiceAffinity(Db, false, true, "node.labels.zone")));
    }

    [Fact]
    public void One_task_for_each_zone_and_the_rest_says_why_not()
    {
        var placer = Pool.Of(
            Pool.Node("a1", labels: "zone=a"), Pool.Node("a2", labels: "zone=a"), Pool.Node("b1", labels: "zone=b"));

        var answer = placer.Place(
            Ask(3, new ServiceAffinity(Pool.Web, false, true, "node.labels.zone")), Pool.Noon);

        Assert.Equal(["a1", "b1"], Pool.NodesOf(answer));
        Assert.Equal("0 of 3 nodes: 3 have a task of web in their node.labels.zone", answer.Reason);
        Assert.True(answer.LacksRoom);
    }

    [Theory]
    [InlineData("node.id", "a1,a1,a1")]
    [InlineData("node.labels.zone", "a1,a2,a1")]
    public void Tasks_that_must_be_near_each_other_stay_where_the_first_went(string over, string nodes)
    {
        var placer = Pool.Of(
            Pool.Node("a1", labels: "zone=a"), Pool.Node("a2", labels: "zone=a"), Pool.Node("b1", labels: "zone=b"));

        Assert.Equal(nodes.Split(','), Place(placer, 3, new ServiceAffinity(Pool.Web, true, true, over)));
    }

    [Fact]
    public void A_report_with_very_many_services_still_tells_of_each()
    {
        var services = Enumerable.Range(0, 3000)
            .Select(number => KeyValuePair.Create(new ServiceName($"s{number}"), 1));
        var placer = Pool.Of(
            Pool.Node("a"), Pool.Node("b") with { Services = ReportNames.Of([.. services]) });

        Assert.Equal(["b"], Place(placer, 1, new ServiceAffinity(new ServiceName("s2999"), true, true)));
        Assert.Equal(["a"], Place(placer, 1, new ServiceAffinity(new ServiceName("s7"), false, true), 2));
    }

    [Theory]
    [InlineData("db", "node.hostname", "affinity to db over 'node.hostname': only node.id, node.labels.NAME and "
        + "engine.labels.NAME can be a place")]
    [InlineData("", "node.id", "an affinity names no service")]
    public void An_affinity_that_means_nothing_is_refused(string service, string over, string problem) => Assert.Equal(
        problem, Pool.Of(Pool.Node("a")).Place(
            Ask(1, new ServiceAffinity(new ServiceName(service), true, true, over)), Pool.Noon).Reason);

    private static NodeReport Has(NodeReport node, string service) => node with
    {
        Services = ImmutableSortedDictionary<string, int>.Empty.Add(service, 1),
    };

    private static PlaceTasks Ask(int tasks, ServiceAffinity affinity, long request = 1) =>
        Pool.Ask(tasks, request: request) with { Rules = new PlacementRules { Affinities = [affinity] } };

    private static string[] Place(Placer placer, int tasks, ServiceAffinity affinity, long request = 1) =>
        Pool.NodesOf(placer.Place(Ask(tasks, affinity, request), Pool.Noon));
}

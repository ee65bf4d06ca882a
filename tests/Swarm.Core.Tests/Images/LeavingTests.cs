using System.Collections.Immutable;
using CsCheck;
using Swarm.Core.Images;

namespace Swarm.Core.Tests.Images;

/// <summary>A node removes an image for room only where the cluster has enough of it.</summary>
public sealed class LeavingTests
{
    private static readonly Digest Image = new("sha256:" + new string('a', 64));

    private static readonly NodeId Own = new("own");

    [Theory]
    [InlineData(1, true, CopyState.Owned)]
    [InlineData(2, false, CopyState.Owned)]
    [InlineData(2, true, CopyState.Owned, CopyState.Kept)]
    [InlineData(2, true, CopyState.Owned, CopyState.Owned)]
    [InlineData(3, false, CopyState.Owned, CopyState.Kept)]
    [InlineData(1, false)]
    [InlineData(1, false, CopyState.Kept, CopyState.Kept)] // may be released at any moment
    [InlineData(1, false, CopyState.Spare, CopyState.Spare)]
    [InlineData(2, false, CopyState.Owned, CopyState.Fetching)]
    [InlineData(1, false, CopyState.Absent, CopyState.Refused)]
    public void It_goes_where_as_many_others_as_are_wanted_have_it_and_one_by_a_tag(
        int wanted, bool mayGo, params CopyState[] others) => Assert.Equal(
        mayGo,
        CopyRules.MayGo(
            View([Site(Own, CopyState.Spare, wanted), .. others.Select((state, at) =>
                Site(new NodeId($"n{at}"), state, wanted))]),
            Own));

    [Fact]
    public void One_that_only_a_container_there_means_may_be_gone_when_that_ends()
    {
        var used = Site(new NodeId("n"), CopyState.Owned, 1);
        used = used with { Standing = used.Standing with { Names = [], IsInUse = true } };

        Assert.False(CopyRules.MayGo(View([Site(Own, CopyState.Spare, 1), used]), Own));
    }

    [Fact]
    public void The_largest_number_that_a_node_with_it_wants_holds() => Assert.False(CopyRules.MayGo(
        View([Site(Own, CopyState.Spare, 1), Site(new NodeId("a"), CopyState.Owned, 2)]), Own));

    [Fact]
    public void However_the_words_of_nodes_that_let_go_at_once_cross_as_many_as_are_wanted_stay() =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[2, 6], Gen.Int[0, 5].Array[0, 400]).Sample((wanted, nodes, steps) =>
        {
            var cluster = new LeavingCluster(wanted, nodes, keptToo: false);
            foreach (var (at, node) in steps.Index())
            {
                cluster.Step(node % nodes, at);
                Assert.True(cluster.Copies >= Math.Min(wanted, nodes), $"{cluster.Copies} left after step {at}");
            }
        });

    [Fact]
    public void Also_where_copies_are_released_and_dropped_meanwhile_the_last_one_stays() =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[2, 6], Gen.Int[0, 5].Array[0, 400]).Sample((wanted, nodes, steps) =>
        {
            var cluster = new LeavingCluster(wanted, nodes, keptToo: true);
            foreach (var (at, node) in steps.Index())
            {
                cluster.Step(node % nodes, at);
                Assert.True(cluster.Tagged >= 1, $"none left after step {at}");
            }
        });

    [Fact]
    public void Nodes_do_let_go()
    {
        var cluster = new LeavingCluster(wanted: 1, nodes: 4, keptToo: false);
        for (var at = 0; at < 400; at++) cluster.Step(at % 7 % 4, at);

        Assert.InRange(cluster.Copies, 1, 3);
    }

    [Fact]
    public void Who_has_an_image_without_the_list_that_its_name_was_given_by_is_not_counted_on()
    {
        var (self, other) = (new NodeId("a"), new NodeId("b"));
        var (here, there) = (Site(self, CopyState.Spare, wanted: 1), Site(other, CopyState.Owned, wanted: 1));
        var view = View([With(here), there]) with { Lists = ["web@1"] };

        Assert.False(CopyRules.MayGo(view, self));
        Assert.True(CopyRules.MayGo(view with { Sites = [With(here), With(there)] }, self));
        Assert.True(CopyRules.MayGo(view with { Lists = [] }, self));

        static CopySite With(CopySite site) =>
            site with { Standing = site.Standing with { Lists = ["web@1"] } };
    }

    internal static CopyView View(IEnumerable<CopySite> sites) => new([.. sites], ["web:1"], IsComplete: true);

    internal static CopySite Site(NodeId node, CopyState state, int wanted) => new(
        node, TakesCopies: true, ImmutableSortedDictionary<string, string>.Empty, RunningTasks: 0,
        new ImageStanding(
            Image, node, state, state is CopyState.Absent or CopyState.Refused ? [] : ["web:1"], IsInUse: false,
            wanted, Bytes.Zero, Bytes.Zero, Fetches: 0));
}

using System.Collections.Immutable;
using CsCheck;
using Swarm.Core.Images;

namespace Swarm.Core.Tests.Images;

public sealed class CopyRulesTests
{
    private static readonly Digest Image = new("sha256:" + new string('a', 64));

    private static readonly Bytes Gibibyte = Bytes.FromMebibytes(1024);

    private static readonly Gen<CopySite> AnySite =
        from state in Gen.Int[0, 5].Select(number => (CopyState)number)
        from zone in Gen.Int[0, 2].Select(number => ((string[])["", "a", "b"])[number])
        from free in Gen.Long[0, 8L << 30]
        from isActive in Gen.Bool
        from isInUse in Gen.Bool
        from copies in Gen.Int[1, 4]
        let site = Site("", state, zone, free: new Bytes(free), copies: copies) with { TakesCopies = isActive }
        select site with { Standing = site.Standing with { IsInUse = isInUse && site.HasImage } };

    private static readonly Gen<CopyView> AnyView =
        from sites in AnySite.Array[1, 6]
        from isNamed in Gen.Bool
        select View(isNamed, [.. sites.Select((site, at) => Named(site, $"n{at}"))]);

    [Fact]
    public void An_image_of_one_node_is_copied_to_one_more() =>
        Assert.Equal([new NodeId("b")], Decide(Site("a", CopyState.Owned), Site("b"), Site("c")).Keep.AsEnumerable());

    [Fact]
    public void A_node_by_itself_has_nothing_to_do() =>
        AssertNothing(Decide(Site("a", CopyState.Owned)));

    [Fact]
    public void An_image_that_is_on_enough_nodes_is_left_alone() =>
        AssertNothing(Decide(Site("a", CopyState.Owned), Site("b", CopyState.Owned), Site("c")));

    [Fact]
    public void A_copy_that_is_on_its_way_counts()
    {
        var decided = Decide(Site("a", CopyState.Owned), Site("b", CopyState.Fetching), Site("c"));

        Assert.Empty(decided.Keep);
        Assert.True(decided.IsUnderWay);
    }

    [Fact]
    public void Another_zone_comes_first_then_another_rack_then_the_emptier_disk_then_the_idler_node()
    {
        var holder = Site("a", CopyState.Owned, "one", "r1");
        CopySite[] candidates =
        [
            Site("b", zone: "two", rack: "r1", free: new(8 << 20)), Site("c", zone: "one", rack: "r2"),
            Site("d", zone: "one", rack: "r1", free: new(64L << 30)),
            Site("e", zone: "one", rack: "r1") with { RunningTasks = 0 },
            Site("f", zone: "one", rack: "r1") with { RunningTasks = 9 },
        ];

        for (var at = 0; at < candidates.Length; at++)
            Assert.Equal([candidates[at].Node], Decide([holder, .. candidates[at..].Reverse()]).Keep.AsEnumerable());
    }

    [Fact]
    public void Several_copies_stand_apart_from_each_other_too()
    {
        var decided = Decide(
            Site("a", CopyState.Owned, "one", copies: 3), Site("b", zone: "two"), Site("c", zone: "two"),
            Site("d", zone: "three"));

        Assert.Equal([new NodeId("b"), new NodeId("d")], decided.Keep.OrderBy(node => node.Value));
    }

    [Fact]
    public void A_disk_that_is_too_full_for_it_packed_and_unpacked_is_not_chosen()
    {
        var large = Site("a", CopyState.Owned);
        large = large with { Standing = large.Standing with { Size = Gibibyte } };

        Assert.Empty(Decide(large, Site("b", free: new(2 * Gibibyte.Value - 1))).Keep);
        Assert.Equal([new NodeId("b")], Decide(large, Site("b", free: new(2 * Gibibyte.Value))).Keep.AsEnumerable());
    }

    [Fact]
    public void A_node_that_refuses_or_is_not_active_is_not_chosen() => Assert.Empty(Decide(
        Site("a", CopyState.Owned), Site("b", CopyState.Refused), Site("c") with { TakesCopies = false }).Keep);

    [Fact]
    public void What_is_there_as_a_spare_is_kept_again_before_anything_is_copied_and_at_any_time()
    {
        CopySite[] sites = [Site("a", CopyState.Owned), Site("b"), Site("c", CopyState.Spare)];

        Assert.Equal([new NodeId("c")], Decide(sites).Keep.AsEnumerable());
        Assert.Equal([new NodeId("c")], CopyRules.Decide(View(true, sites), mayAct: false).Keep.AsEnumerable());
    }

    [Fact]
    public void Nothing_is_copied_while_a_node_may_only_be_started_again() =>
        AssertNothing(CopyRules.Decide(View(true, [Site("a", CopyState.Kept), Site("b")]), mayAct: false));

    [Fact]
    public void Of_too_many_copies_one_that_is_only_kept_is_released_not_one_that_has_a_tag()
    {
        var decided = Decide(Site("a", CopyState.Owned), Site("b", CopyState.Kept), Site("c", CopyState.Owned));

        Assert.Equal([new NodeId("b")], decided.Release.AsEnumerable());
    }

    [Fact]
    public void Copies_of_what_no_name_means_are_dropped_and_what_is_owned_stays()
    {
        var decided = CopyRules.Decide(
            View(false, [Site("a", CopyState.Owned), Site("b", CopyState.Kept), Site("c", CopyState.Spare)]), true);

        Assert.Equal([new NodeId("b"), new NodeId("c")], decided.Drop.AsEnumerable());
    }

    [Fact]
    public void What_a_container_lies_on_is_wanted_without_a_name()
    {
        var used = Site("a", CopyState.Owned);
        used = used with { Standing = used.Standing with { IsInUse = true } };

        var decided = CopyRules.Decide(View(false, [used, Site("b")]), mayAct: true);

        Assert.Equal([new NodeId("b")], decided.Keep.AsEnumerable());
    }

    [Fact]
    public void Nothing_is_dropped_or_copied_before_all_have_answered()
    {
        var view = View(false, [Site("a", CopyState.Kept), Site("b")]) with { IsComplete = false };

        AssertNothing(CopyRules.Decide(view, mayAct: true) with { IsUnderWay = false });
    }

    [Fact]
    public void A_copy_learns_the_name_by_which_it_is_wanted()
    {
        var kept = Site("b", CopyState.Kept);
        kept = kept with { Standing = kept.Standing with { Names = ["old:1"] } };

        Assert.Equal([kept.Node], Decide(Site("a", CopyState.Owned), kept).Keep.AsEnumerable());
    }

    [Fact]
    public void What_is_fetched_ahead_comes_beside_the_copies_that_are_wanted_and_then_one_may_go()
    {
        var view = View(true, [Site("a", CopyState.Owned), Site("b", CopyState.Kept), Site("c")]);
        view = view with { Ahead = [new NodeId("c")] };

        var decided = CopyRules.Decide(view, mayAct: false);
        Assert.Equal([new NodeId("c")], decided.Keep.AsEnumerable());
        Assert.True(decided.IsUnderWay);

        view = Arrive(Apply(view, decided));
        view = Apply(view, CopyRules.Decide(view, mayAct: false));
        Assert.All(view.Sites, site => Assert.True(site.HasImage));
        Assert.Equal(2, view.Sites.Count(site => site.HasCopy));
        AssertNothing(CopyRules.Decide(view, mayAct: false));
    }

    [Fact]
    public void For_a_copy_that_is_missing_a_node_that_may_need_it_comes_before_its_like_but_not_before_another_zone()
    {
        var ahead = View(true, [Site("a", CopyState.Owned, "one"), Site("b", zone: "one"), Site("c", zone: "one")]);
        ahead = ahead with { Ahead = [new NodeId("c")] };
        Assert.Equal([new NodeId("c")], CopyRules.Decide(ahead, mayAct: true).Keep.AsEnumerable());

        ahead = ahead with { Sites = ahead.Sites.Add(Site("d", zone: "two")) };
        Assert.Equal(
            [new NodeId("d"), new NodeId("c")], CopyRules.Decide(ahead, mayAct: true).Keep.AsEnumerable());
    }

    [Fact]
    public void Nothing_is_fetched_ahead_to_a_node_that_refuses_or_has_no_room_or_is_not_active_nor_what_nobody_wants()
    {
        var sites = new[]
        {
            Site("a", CopyState.Owned, copies: 1), Site("b", CopyState.Refused), Site("c", free: new(1)),
            Site("d") with { TakesCopies = false },
        };
        sites[0] = sites[0] with { Standing = sites[0].Standing with { Size = new(2) } };
        var ahead = View(true, sites) with { Ahead = [new("b"), new("c"), new("d"), new("e"), new("f")] };

        AssertNothing(CopyRules.Decide(ahead, mayAct: true));
        ahead = ahead with { Sites = ahead.Sites.Add(Site("e")) };
        Assert.Equal([new NodeId("e")], CopyRules.Decide(ahead, mayAct: true).Keep.AsEnumerable());
        AssertNothing(CopyRules.Decide(ahead with { Names = [] }, mayAct: true));
    }

    [Theory]
    [InlineData("3", 3), InlineData("1", 1), InlineData("0", 2), InlineData("101", 2), InlineData("many", 2)]
    public void The_label_of_an_image_says_how_many(string label, int wanted) => Assert.Equal(
        wanted, CopyRules.WantedOf(new Dictionary<string, string> { [CopyRules.Label] = label }, otherwise: 2));

    [Fact]
    public void No_decision_takes_a_wanted_image_below_its_number_or_makes_more_of_it() => AnyView.Sample(view =>
    {
        var decided = CopyRules.Decide(view, mayAct: true);
        var wanted = Wanted(view);
        var before = view.Sites.Count(site => site.HasCopy);
        var after = Apply(view, decided).Sites.Count(site => site.HasCopy || site.Standing.State == CopyState.Fetching);

        Assert.True(after >= Math.Min(before, wanted), $"{before} to {after} of {wanted}");
        if (view.Sites.Any(site => site.HasImage)) Assert.True(after <= Math.Max(wanted, CountLive(view)));
    });

    [Fact]
    public void Carried_out_again_and_again_it_comes_to_rest_with_as_many_as_are_wanted() => AnyView.Sample(view =>
    {
        for (var round = 0; round < 4; round++) view = Arrive(Apply(view, CopyRules.Decide(view, mayAct: true)));

        AssertNothing(CopyRules.Decide(view, mayAct: true));
        if (!view.Sites.Any(site => site.HasImage)) return;
        var owned = view.Sites.Count(site =>
            site.Standing.State == CopyState.Owned || site is { HasCopy: true, Standing.IsInUse: true });
        var possible = view.Sites.Count(site =>
            site.HasImage || site is { TakesCopies: true, Standing.State: CopyState.Absent });
        Assert.Equal(
            Math.Max(owned, Math.Min(Wanted(view), possible)), view.Sites.Count(site => site.HasCopy));
    });

    private static int Wanted(CopyView view) => view.Names.IsEmpty && !view.Sites.Any(site => site.Standing.IsInUse)
        ? 0
        : view.Sites.Where(site => site.HasImage).Select(site => site.Standing.Copies).DefaultIfEmpty(0).Max();

    private static int CountLive(CopyView view) =>
        view.Sites.Count(site => site.HasCopy || site.Standing.State == CopyState.Fetching);

    private static CopyView Apply(CopyView view, CopyDecision decided) => view with
    {
        Sites =
        [
            .. view.Sites.Select(site => site with
            {
                Standing = site.Standing with
                {
                    Names = decided.Keep.Contains(site.Node) || decided.Release.Contains(site.Node)
                        ? view.Names : site.Standing.Names,
                    State = decided.Drop.Contains(site.Node) ? CopyState.Absent
                        : decided.Release.Contains(site.Node) ? CopyState.Spare
                        : !decided.Keep.Contains(site.Node) ? site.Standing.State
                        : site.Standing.State == CopyState.Absent ? CopyState.Fetching : CopyState.Kept,
                },
            }),
        ],
    };

    private static CopyView Arrive(CopyView view) => view with
    {
        Sites =
        [
            .. view.Sites.Select(site => site.Standing.State == CopyState.Fetching
                ? site with { Standing = site.Standing with { State = CopyState.Kept } }
                : site),
        ],
    };

    private static CopyDecision Decide(params CopySite[] sites) => CopyRules.Decide(View(true, sites), mayAct: true);

    private static CopyView View(bool isNamed, CopySite[] sites) =>
        new([.. sites], isNamed ? ["web:1"] : [], IsComplete: true);

    private static CopySite Named(CopySite site, string node) => site with
    {
        Node = new NodeId(node),
        Standing = site.Standing with { Node = new NodeId(node) },
    };

    private static CopySite Site(
        string node, CopyState state = CopyState.Absent, string zone = "", string rack = "", Bytes? free = null,
        int copies = 2) => new(
        new NodeId(node), TakesCopies: true,
        ImmutableSortedDictionary<string, string>.Empty.Add("zone", zone).Add("rack", rack), RunningTasks: 1,
        new ImageStanding(
            Image, new NodeId(node), state, state is CopyState.Absent or CopyState.Refused ? [] : ["web:1"],
            IsInUse: false, copies, Bytes.Zero, free ?? Gibibyte, Fetches: 0));

    private static void AssertNothing(CopyDecision decided)
    {
        Assert.Empty(decided.Keep);
        Assert.Empty(decided.Release);
        Assert.Empty(decided.Drop);
        Assert.False(decided.IsUnderWay);
    }
}

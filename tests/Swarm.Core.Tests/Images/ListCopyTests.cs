using Swarm.Core.Images;

namespace Swarm.Core.Tests.Images;

/// <summary>Lists of manifests go with the copies of their image.</summary>
public sealed class ListCopyTests
{
    [Fact]
    public void Whoever_has_a_copy_is_to_have_the_lists_that_its_names_were_given_by()
    {
        var view = LeavingTests.View(
        [
            Site("a", CopyState.Owned, "web@1", "web@2"), Site("b", CopyState.Kept, "web@1"),
            Site("c", CopyState.Owned), Site("d", CopyState.Absent),
        ]) with
        {
            Lists = ["web@2"],
        };

        var decided = CopyRules.Decide(view, mayAct: false);

        Assert.Equal(["b", "c"], decided.Keep.Select(node => node.Value));
        Assert.Empty(decided.Release);
        Assert.False(decided.IsUnderWay);
    }

    [Fact]
    public void A_list_that_nobody_has_any_more_or_that_no_name_was_given_by_last_is_looked_for_by_nobody()
    {
        var view = LeavingTests.View(
        [
            Site("a", CopyState.Owned, "web@1"), Site("b", CopyState.Owned), Site("c", CopyState.Owned),
        ]) with
        {
            Lists = ["web@2"],
        };

        Assert.Empty(CopyRules.Decide(view, mayAct: true).Keep);
    }

    private static CopySite Site(string node, CopyState state, params string[] lists)
    {
        var site = LeavingTests.Site(new NodeId(node), state, wanted: 3);
        return site with { Standing = site.Standing with { Lists = [.. lists] } };
    }
}

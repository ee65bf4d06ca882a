using Swarm.Core.Placement;

namespace Swarm.Core.Tests.Placement;

public sealed class ConstraintTests
{
    private const string Attributes = "node.id, node.hostname, node.platform.os, node.platform.arch, "
        + "node.labels.NAME, engine.labels.NAME";

    private const string Operators = "expected ==, !=, <, <=, >, >=, in, not in, matches, exists or not exists";

    [Theory]
    [InlineData("node.id==a", "a")]
    [InlineData("node.hostname != a", "b,c")]
    [InlineData("node.labels.zone==EAST", "a")]
    [InlineData("node.labels.zone!=east", "b,c")]
    [InlineData("node.labels.zone in (east, West)", "a,b")]
    [InlineData("node.labels.zone not in (east)", "b,c")]
    [InlineData("node.labels.zone exists", "a,b")]
    [InlineData("node.labels.zone not exists", "c")]
    [InlineData("node.labels.zone matches [ew]a?.st", "a,b")]
    [InlineData("node.labels.zone matches ea", "")]
    [InlineData("node.labels.zone matches .*", "a,b")]
    [InlineData("node.labels.size<10", "a")]
    [InlineData("node.labels.size <= 10", "a,b")]
    [InlineData("node.labels.size>9.5", "b")]
    [InlineData("node.labels.size >= -1", "a,b")]
    [InlineData("node.platform.os==linux", "a,b,c")]
    [InlineData("node.platform.arch!=arm64", "a,b,c")]
    [InlineData("node.platform.arch==x86_64", "a,b,c")]
    [InlineData("node.id in (a, c)", "a,c")]
    public void A_constraint_chooses_among_nodes(string text, string nodes)
    {
        NodeReport[] all =
        [
            Pool.Node("a", 4000, 4096, "zone=east", "size=9.5"), Pool.Node("b", 4000, 4096, "zone=west", "size=10"),
            Pool.Node("c", 4000, 4096, "size=large"),
        ];
        Assert.True(ConstraintText.TryRead(text, out var constraint, out _));

        Assert.Equal(
            nodes, string.Join(',', all.Where(node => constraint.Allows(node.Node, node.Settings))
                .Select(node => node.Node.Id)));
    }

    [Theory]
    [InlineData("x", 1, "'x' is none of " + Attributes)]
    [InlineData("node.role==manager", 1, "'node.role' is none of " + Attributes)]
    [InlineData("node.labels.==a", 1, "'node.labels.' is none of " + Attributes)]
    [InlineData("node.labels.zone", 17, Operators)]
    [InlineData("node.labels.zone=a", 17, Operators)]
    [InlineData("node.labels.zone like a", 18, Operators)]
    [InlineData("node.labels.zone not a", 22, "expected in or exists after not")]
    [InlineData("node.id==", 10, "nothing to compare with")]
    [InlineData("node.labels.n > many", 17, "'many' is no number")]
    [InlineData("node.labels.n >", 16, "expected a number")]
    [InlineData("node.id > 3", 9, "only labels can be numbers")]
    [InlineData("node.id in a", 12, "expected (")]
    [InlineData("node.id in (a", 14, "expected , or )")]
    [InlineData("node.id in (a,)", 15, "expected a value")]
    [InlineData("node.id in (a) b", 16, "expected nothing after )")]
    [InlineData("node.labels.a exists b", 22, "expected nothing after exists")]
    [InlineData("node.labels.a matches", 22, "expected a pattern")]
    public void What_cannot_be_read_is_named_with_its_place(string text, int place, string what) =>
        Assert.Equal($"constraint '{text}', character {place}: {what}", ConstraintText.Problem(text));

    [Theory]
    [InlineData("(")]
    [InlineData("a)(b")]
    [InlineData(@"(a)\1")]
    [InlineData("(?=a)b")]
    [InlineData("((a{1000}){1000}){1000}")]
    public void A_pattern_that_is_wrong_or_could_take_long_is_refused(string pattern) => Assert.StartsWith(
        $"constraint 'node.labels.a matches {pattern}', character 23: the pattern cannot be used: ",
        ConstraintText.Problem("node.labels.a matches " + pattern), StringComparison.Ordinal);

    [Fact]
    public void A_pattern_that_ruins_matchers_which_try_again_is_linear_here()
    {
        Assert.True(ConstraintText.TryRead("node.labels.a matches (a+)+b", out var constraint, out _));
        var node = Pool.Node("n", 4000, 4096, "a=" + new string('a', 100_000));

        Assert.False(constraint.Allows(node.Node, node.Settings));
    }

    [Fact]
    public void A_label_set_in_the_cluster_hides_the_node_s_own_which_is_still_the_engine_s()
    {
        var node = Pool.Node("a", labels: "zone=east");
        var moved = node with { Settings = node.Settings with { Labels = node.Node.Labels.SetItem("zone", "west") } };

        Assert.True(Allows(moved, "node.labels.zone==west"));
        Assert.False(Allows(moved, "node.labels.zone==east"));
        Assert.True(Allows(moved, "engine.labels.zone==east"));
    }

    private static bool Allows(NodeReport node, string text) =>
        ConstraintText.TryRead(text, out var constraint, out _) && constraint.Allows(node.Node, node.Settings);
}

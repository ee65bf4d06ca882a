using CsCheck;
using Swarm.Core.Membership;

namespace Swarm.Core.Tests.Membership;

public sealed class MergingTests
{
    [Fact]
    public void The_smaller_of_two_clusters_gives_way()
    {
        Assert.Equal(OtherCluster.Stays, Merging.Judge(["a"], ["a"], ["b", "c"]));
        Assert.Equal(OtherCluster.GivesWay, Merging.Judge(["b", "c"], ["b", "c"], ["a"]));
    }

    [Fact]
    public void Of_two_as_large_the_one_with_the_first_address_stays()
    {
        Assert.Equal(OtherCluster.GivesWay, Merging.Judge(["d", "a"], ["d", "a"], ["c", "b"]));
        Assert.Equal(OtherCluster.Stays, Merging.Judge(["c", "b"], ["c", "b"], ["d", "a"]));
    }

    [Fact]
    public void A_cluster_that_has_a_member_of_this_one_is_no_other_though_that_is_out_of_reach()
    {
        Assert.Equal(OtherCluster.None, Merging.Judge(["a", "b"], ["a"], ["b", "c"]));
        Assert.Equal(OtherCluster.None, Merging.Judge(["a", "b"], ["a", "b"], ["a", "b", "c"]));
    }

    [Fact]
    public void One_that_names_nobody_is_none() =>
        Assert.Equal(OtherCluster.None, Merging.Judge(["a"], ["a"], []));

    [Fact]
    public void Of_two_clusters_just_one_gives_way() =>
        Gen.Select(Gen.Int[1, 1_000_000], Gen.Int[2, 9]).Sample((seed, nodes) =>
        {
            var names = Enumerable.Range(0, nodes).Select(at => $"{(char)('a' + at)}").ToArray();
            var chance = new Random(seed);
            chance.Shuffle(names);
            var at = chance.Next(1, nodes);
            var (one, other) = (names[..at], names[at..]);
            OtherCluster[] judged = [Merging.Judge(one, one, other), Merging.Judge(other, other, one)];
            return judged.Contains(OtherCluster.Stays) && judged.Contains(OtherCluster.GivesWay);
        });
}

using CsCheck;
using Swarm.Core.Membership;

namespace Swarm.Core.Tests.Membership;

public sealed class QuorumTests
{
    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("abc", "ab", true)]
    [InlineData("abc", "c", false)]
    [InlineData("ab", "a", true)]
    [InlineData("ab", "b", false)]
    [InlineData("abcd", "bcd", true)]
    [InlineData("abcd", "ad", true)]
    [InlineData("abcd", "cd", false)]
    [InlineData("", "", false)]
    public void More_than_half_or_the_half_with_the_first(string members, string reachable, bool has) =>
        Assert.Equal(has, Quorum.HasMajority([.. members], reachable.Contains));

    [Fact]
    public void Of_two_sides_exactly_one_has_it() =>
        Gen.Bool.Array[1, 9].Sample(sides =>
        {
            var members = Enumerable.Range(0, sides.Length).ToList();
            return Quorum.HasMajority(members, at => sides[at]) != Quorum.HasMajority(members, at => !sides[at]);
        });
}

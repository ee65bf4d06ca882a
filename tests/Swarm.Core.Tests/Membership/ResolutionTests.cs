using CsCheck;
using Swarm.Core.Membership;

namespace Swarm.Core.Tests.Membership;

public sealed class ResolutionTests
{
    [Theory]
    [InlineData("ABC", "AC BC", "AB")] // C is dead, or cut off
    [InlineData("ABC", "AB AC", "BC")]
    [InlineData("ABC", "AB", "AC")] // one link is broken: only one of its ends is left behind
    [InlineData("ABC", "BC", "AB")]
    [InlineData("ABCDE", "AB", "ACDE")]
    [InlineData("ABCDE", "DE", "ABCD")]
    [InlineData("ABCDE", "AB AC AD AE BC BD BE", "CDE")] // two are dead
    [InlineData("ABCDE", "AC AD AE BC BD BE", "CDE")] // two are cut off together
    [InlineData("ABCDE", "AB CD", "ACE")] // two links are broken
    [InlineData("ABCDE", "AB AC AD AE BC", "BDE")] // one is dead, and a link is broken
    [InlineData("AB", "AB", "A")]
    [InlineData("ABCD", "AB AC DB DC", "AD")] // of two halves the one with the first
    [InlineData("ABCD", "AC AD BC BD", "AB")]
    [InlineData("ABCxy", "Ax", "ABCy")] // workers that are no schedulers have no say
    [InlineData("ABCxy", "xy", "ABCx")]
    [InlineData("ABCxy", "AB AC Ax Ay", "BCxy")]
    public void Those_that_reach_each_other_go_on(string members, string cuts, string goOn) =>
        Assert.Equal(goOn, GoOn(members, cuts));

    [Theory]
    [InlineData("ABC", "AB AC BC")]
    [InlineData("ABCD", "AB AC AD BC BD")]
    public void Where_no_majority_of_the_schedulers_reaches_each_other_none_goes_on(string members, string cuts) =>
        Assert.Equal("", GoOn(members, cuts));

    [Fact]
    public void Who_goes_on_reaches_all_others_that_do_and_is_a_majority() => Cut.Sample(cuts =>
    {
        var goOn = GoOn("ABCDE", string.Join(' ', cuts));
        return goOn.Length is 0 or > 2 && !cuts.Any(cut => goOn.Contains(cut[0]) && goOn.Contains(cut[1]));
    });

    [Fact]
    public void Who_is_missed_by_none_is_left_behind_only_with_all_others() => Cut.Sample(cuts =>
    {
        var goOn = GoOn("ABCDE", string.Join(' ', cuts));
        return goOn.Length == 0
            || "ABCDE".All(member => goOn.Contains(member) || cuts.Any(cut => cut.Contains(member)));
    });

    private static readonly Gen<string[]> Cut = Gen.Select(Gen.Int[0, 4], Gen.Int[0, 4])
        .Where(pair => pair.Item1 != pair.Item2)
        .Select(pair => $"{"ABCDE"[pair.Item1]}{"ABCDE"[pair.Item2]}").Array[0, 8];

    private static string GoOn(string members, string cuts)
    {
        var found = Resolution.GoOn(
            [.. members.Select(member => new ResolvedMember($"{member}", char.IsUpper(member)))],
            [.. cuts.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(cut => ($"{cut[0]}", $"{cut[1]}"))]);
        return string.Concat(found.Order(StringComparer.Ordinal));
    }
}

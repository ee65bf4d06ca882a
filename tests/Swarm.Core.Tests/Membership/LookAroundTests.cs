using Swarm.Core.Membership;

namespace Swarm.Core.Tests.Membership;

public sealed class LookAroundTests
{
    private static readonly TimeSpan Holds = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(10);
    private static readonly string[] Members = [Name("a"), Name("b"), Name("c")];

    [Fact]
    public void Who_answers_is_not_missed_and_who_is_silent_is()
    {
        var around = Begin("a").Take(Answer("b"), Late - TimeSpan.FromSeconds(1));

        Assert.Equal<string>([Name("c")], around.Missed(Members, Late));
        Assert.Equal([(Name("a"), Name("c"))], around.Missing(Members, Late));
    }

    [Fact]
    public void A_word_holds_only_for_a_while() =>
        Assert.Equal<string>([Name("b"), Name("c")], Begin("a").Take(Answer("b"), Late - Holds).Missed(Members, Late));

    [Fact]
    public void What_those_that_answer_miss_counts()
    {
        var around = Begin("a").Take(Answer("b", missed: [Name("c")]), Late).Take(Answer("c"), Late);

        Assert.Empty(around.Missed(Members, Late));
        Assert.Equal([(Name("b"), Name("c"))], around.Missing(Members, Late));
    }

    [Fact]
    public void A_process_that_was_started_where_a_member_died_does_not_answer_for_it()
    {
        var around = Begin("a").Take(Answer("b", missed: [Name("c")]), Late).Take(Answer("c", uid: 2), Late);

        Assert.Equal<string>([Name("c")], around.Missed(Members, Late));
    }

    [Fact]
    public void Where_only_some_hear_the_process_that_came_after_a_member_that_member_is_left_behind()
    {
        // Were the dead one, whose address is the first, believed to be there, one of the others would have to go.
        var around = Begin("b").Take(Answer("a", uid: 2), Late).Take(Answer("c", missed: [Name("a")]), Late);

        var goOn = Resolution.GoOn(
            [.. Members.Select(member => new ResolvedMember(member, IsScheduler: true))],
            [.. around.Missing(Members, Late)]);

        Assert.Equal([Name("b"), Name("c")], goOn.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_word_of_all_whose_heartbeats_are_heard_is_waited_for()
    {
        var around = Begin("a").Take(Answer("b"), Late);

        Assert.True(around.HasTheWordOf([Name("a"), Name("b")], Late));
        Assert.False(around.HasTheWordOf(Members, Late));
        Assert.False(around.HasTheWordOf([Name("b")], Late + Holds));
    }

    [Fact]
    public void Who_has_just_begun_to_look_around_has_not_told_yet_whom_it_misses()
    {
        var around = Begin("a").Take(Answer("b") with { HasLooked = false }, Late);

        Assert.Empty(around.Missed([Name("a"), Name("b")], Late));
        Assert.False(around.HasTheWordOf([Name("a"), Name("b")], Late));
    }

    [Fact]
    public void Nothing_is_decided_before_the_others_have_looked_around_themselves()
    {
        var around = Begin("a");

        Assert.False(around.KnowsWhoIsThere(Holds - TimeSpan.FromTicks(1)));
        Assert.True(around.KnowsWhoIsThere(Holds));
        Assert.False(around.KnowsWhatOthersKnow(Holds));
        Assert.True(around.KnowsWhatOthersKnow(Holds + TimeSpan.FromMilliseconds(500)));
    }

    private static LookAround Begin(string self) => LookAround.Begin(Name(self), Holds, TimeSpan.Zero);

    private static ReachAnswer Answer(string address, int uid = 1, string[]? missed = null) =>
        new(address, Round: 1) { HasLooked = true, Missed = [.. missed ?? []], Uid = uid };

    private static string Name(string address) => LookAround.NameOf(address, uid: 1);
}

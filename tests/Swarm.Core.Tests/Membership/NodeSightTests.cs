using CsCheck;
using Swarm.Core.Membership;

namespace Swarm.Core.Tests.Membership;

public sealed class NodeSightTests
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Missed = TimeSpan.FromSeconds(100);

    [Fact]
    public void A_member_that_answers_is_reachable_whatever_else() =>
        Assert.Equal(NodeReach.Reachable, Judge(new MemberSight(true, true, false, Missed), null, Missed));

    [Fact]
    public void One_that_does_not_answer_is_lost_only_by_the_word_of_a_majority_asked_after_that()
    {
        var silent = new MemberSight(true, false, false, Missed);

        Assert.Equal(NodeReach.Unknown, Judge(silent, null, Missed));
        Assert.Equal(NodeReach.Unknown, Judge(silent, Missed - TimeSpan.FromMilliseconds(1), Missed));
        Assert.Equal(NodeReach.OutOfReach, Judge(silent, Missed, Missed));
        Assert.Equal(NodeReach.Unknown, Judge(silent, Missed, Missed + TimeSpan.FromSeconds(3)));
    }

    [Fact]
    public void One_that_was_shut_out_is_lost() =>
        Assert.Equal(NodeReach.OutOfReach, Judge(new MemberSight(false, false, false, Missed), Missed, Missed));

    [Theory]
    [InlineData(19, NodeReach.Unknown)]
    [InlineData(20, NodeReach.OutOfReach)]
    public void One_that_left_in_order_is_waited_for(int seconds, NodeReach reach)
    {
        var now = Missed + TimeSpan.FromSeconds(seconds);

        Assert.Equal(reach, Judge(new MemberSight(false, true, true, Missed), now, now));
    }

    [Theory]
    [InlineData(19, NodeReach.Unknown)]
    [InlineData(20, NodeReach.OutOfReach)]
    public void One_that_has_never_been_seen_is_waited_for_since_this_host_came_up(int seconds, NodeReach reach)
    {
        var now = Missed + TimeSpan.FromSeconds(seconds);

        Assert.Equal(reach, NodeSight.Judge(null, Missed, now, Settle, now));
        Assert.Equal(NodeReach.Unknown, NodeSight.Judge(null, null, now, Settle, now));
    }

    [Fact]
    public void Nothing_is_lost_without_the_word_of_a_majority() =>
        Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool, Gen.Int[0, 100], Gen.Int[0, 200]).Sample(
            (member, reachable, left, since, now) => NodeSight.Judge(
                new MemberSight(member, reachable, left, TimeSpan.FromSeconds(since)), TimeSpan.Zero,
                confirmedAt: null, Settle, TimeSpan.FromSeconds(now)) != NodeReach.OutOfReach);

    private static NodeReach Judge(MemberSight seen, TimeSpan? confirmedAt, TimeSpan now) =>
        NodeSight.Judge(seen, TimeSpan.Zero, confirmedAt, Settle, now);
}

using CsCheck;
using Swarm.Core.Membership;

namespace Swarm.Core.Tests.Membership;

public sealed class SteadinessTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Start = TimeSpan.FromMinutes(5);

    [Fact]
    public void A_process_that_has_just_started_has_missed_nothing() =>
        Assert.True(Steadiness.Begin(Interval, Pause, Start).IsSteady(Start));

    [Fact]
    public void After_a_pause_nothing_holds_until_whoever_is_gone_has_been_missed()
    {
        var before = Steadiness.Begin(Interval, Pause, Start);
        var wentOn = Start + TimeSpan.FromSeconds(12);

        Assert.False(before.IsSteady(wentOn));
        var (state, now) = (before.Beat(wentOn), wentOn);
        for (; now - wentOn < Interval + Pause; state = state.Beat(now))
        {
            Assert.False(state.IsSteady(now));
            now += Steadiness.BeatEvery;
        }

        now = wentOn + state.NoticesWithin;
        Assert.True(state.Beat(now - Steadiness.BeatEvery).IsSteady(now));
    }

    [Theory]
    [InlineData(0.5, 1)]
    [InlineData(2, 1)]
    [InlineData(60, 30)]
    public void What_others_would_not_notice_is_no_pause(double heartbeatPause, double tolerated)
    {
        var before = Steadiness.Begin(Interval, TimeSpan.FromSeconds(heartbeatPause), Start);
        var wentOn = Start + TimeSpan.FromSeconds(tolerated);

        Assert.True(before.IsSteady(wentOn));
        Assert.True(before.Beat(wentOn).IsSteady(wentOn));
        Assert.False(before.IsSteady(wentOn + TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public void It_is_steady_just_when_there_was_no_pause_for_as_long_as_others_are_missed_within() =>
        Gen.Select(Gen.Int[1, 3_000].Array[1, 20], Gen.Int[0, 3_000]).Sample((gaps, last) =>
        {
            var (state, now, wentOn) = (Steadiness.Begin(Interval, Pause, Start), Start, (TimeSpan?)null);
            foreach (var gap in gaps.Select(gap => TimeSpan.FromMilliseconds(gap)))
            {
                state = state.Beat(now += gap);
                if (gap > state.Tolerated) wentOn = now;
            }

            var silent = TimeSpan.FromMilliseconds(last);
            return state.IsSteady(now + silent)
                == (silent <= state.Tolerated && (wentOn is null || now + silent - wentOn >= state.NoticesWithin));
        });
}

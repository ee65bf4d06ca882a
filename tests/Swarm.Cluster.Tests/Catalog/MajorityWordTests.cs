using Akka.Actor;
using Swarm.Cluster.Catalog;
using Swarm.Core.Membership;

namespace Swarm.Cluster.Tests.Catalog;

public sealed class MajorityWordTests
{
    private static readonly IReadOnlyList<Address> Schedulers = [At(1), At(2), At(3)];

    private readonly MajorityWord _word = new(At(1));

    [Fact]
    public void An_answer_that_takes_longer_than_a_round_counts_for_the_round_that_it_answers()
    {
        var first = _word.Begin(Schedulers, TimeSpan.FromSeconds(10));
        for (var round = 1; round <= 4; round++)
            _word.Begin(Schedulers, TimeSpan.FromSeconds(10) + (round * MajorityWord.Patience));
        Assert.Null(_word.ConfirmedAt);

        Answers(2, first);

        Assert.Equal(TimeSpan.FromSeconds(10), _word.ConfirmedAt);
        Assert.True(_word.Hears(At(2).ToString()));
        Assert.False(_word.Hears(At(3).ToString()));
    }

    [Fact]
    public void Answers_of_two_rounds_do_not_make_a_majority_of_one()
    {
        IReadOnlyList<Address> five = [.. Schedulers, At(4), At(5)];
        var first = _word.Begin(five, TimeSpan.FromSeconds(10));
        var second = _word.Begin(five, TimeSpan.FromSeconds(11));

        _word.Take(new ReachAnswer(At(2).ToString(), first.Round), five);
        _word.Take(new ReachAnswer(At(3).ToString(), second.Round), five);

        Assert.Null(_word.ConfirmedAt);
        _word.Take(new ReachAnswer(At(2).ToString(), second.Round), five);
        Assert.Equal(TimeSpan.FromSeconds(11), _word.ConfirmedAt);
        _word.Take(new ReachAnswer(At(3).ToString(), first.Round), five);
        Assert.Equal(TimeSpan.FromSeconds(11), _word.ConfirmedAt);
    }

    [Fact]
    public void What_is_too_old_to_count_is_forgotten_and_so_is_who_answered_it()
    {
        var first = _word.Begin(Schedulers, TimeSpan.FromSeconds(10));
        Answers(2, first);
        var later = TimeSpan.FromSeconds(10) + NodeSight.ConfirmationHolds + MajorityWord.Patience;

        _word.Begin(Schedulers, later);
        Answers(3, first);

        Assert.Equal(TimeSpan.FromSeconds(10), _word.ConfirmedAt);
        Assert.False(_word.Hears(At(2).ToString()));
        Assert.False(_word.Hears(At(3).ToString()));
    }

    [Fact]
    public void A_host_that_is_the_majority_by_itself_needs_no_answer()
    {
        _word.Begin([At(1)], TimeSpan.FromSeconds(10));

        Assert.Equal(TimeSpan.FromSeconds(10), _word.ConfirmedAt);
    }

    private static Address At(int host) => Address.Parse($"akka.tcp://swarm@10.0.0.{host}:4000");

    private void Answers(int host, AskReach ask) =>
        _word.Take(new ReachAnswer(At(host).ToString(), ask.Round), Schedulers);
}

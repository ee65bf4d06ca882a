using CsCheck;
using Swarm.Core.Membership;

namespace Swarm.Core.Tests.Membership;

public sealed class FormationTests
{
    [Fact]
    public void The_only_seed_begins_at_once() =>
        Assert.IsType<FormationStep.Form>(Formation.Begin("a", ["a"]).Look(TimeSpan.Zero).Step);

    [Fact]
    public void Seeds_that_start_together_are_one_cluster_within_a_second()
    {
        var fleet = new FormingFleet(seed: 1, "a", "b", "c");

        fleet.Run(TimeSpan.FromSeconds(1), loss: 0, longestDelay: TimeSpan.FromMilliseconds(20));

        Assert.Equal(["a"], fleet.Founders);
        Assert.Equal(["a", "b", "c"], fleet.Members);
    }

    [Fact]
    public void Without_a_majority_of_the_seeds_none_begins_and_it_is_said_what_is_missing()
    {
        var fleet = new FormingFleet(seed: 1, "a", "b", "c");
        fleet.Stop("a");
        fleet.Stop("c");

        fleet.Run(TimeSpan.FromMinutes(1), loss: 0, longestDelay: TimeSpan.FromMilliseconds(20));

        Assert.Empty(fleet.Founders);
        Assert.Equal(
            "of the seeds a, b, c, b answered; a new cluster begins when 2 of them are there, and none is in a "
            + "cluster already",
            fleet.Explain("b"));
    }

    [Fact]
    public void A_majority_begins_without_the_seed_that_is_gone_and_that_one_joins_when_it_comes()
    {
        var fleet = new FormingFleet(seed: 1, "a", "b", "c");
        fleet.Stop("a");
        fleet.Run(TimeSpan.FromSeconds(20), loss: 0, longestDelay: TimeSpan.FromMilliseconds(20));
        Assert.Equal(["b"], fleet.Founders);

        fleet.Start("a");
        fleet.Run(TimeSpan.FromSeconds(5), loss: 0, longestDelay: TimeSpan.FromMilliseconds(20));

        Assert.Equal(["b"], fleet.Founders);
        Assert.Equal(["a", "b", "c"], fleet.Members);
    }

    [Fact]
    public void Who_does_not_reach_every_member_that_others_reach_does_not_join_and_says_so()
    {
        var a = Formation.Begin("a", ["a", "b", "c"]);
        var at = TimeSpan.FromSeconds(10);
        var word = new FormationAnswer("c", true, false, Formation.TokenAt(at)) { Members = ["a", "b", "c", "d"] };
        a = a.Take(word, at).Take(word with { Address = "b", IsMember = false }, at);

        Assert.Equal(["b", "c", "d"], a.Others);
        Assert.Equal(new FormationStep.Ask(WantsVote: false), a.Look(at).Step);
        Assert.Equal(
            "of the seeds a, b, c, a, b, c answered; members of the cluster that do not answer here: d", a.Explain(at));

        a = a.Take(word with { Address = "d" }, at);
        Assert.IsType<FormationStep.Join>(a.Look(at).Step);
    }

    [Fact]
    public void The_first_seed_that_restarts_joins_again_even_if_only_one_that_is_no_member_answers_quickly()
    {
        var a = Formation.Begin("a", ["a", "b", "c"]);
        var at = TimeSpan.FromSeconds(1);
        a = a.Take(new FormationAnswer("b", false, true, Formation.TokenAt(at)), at);

        // c is in a cluster, and takes its time to say so.
        Assert.IsType<FormationStep.Ask>(a.Look(at).Step);
        a = a.Take(new FormationAnswer("c", true, false, Formation.TokenAt(at)), at * 4);

        Assert.Equal(new FormationStep.Join("c"), a.Look(at * 4).Step);
    }

    [Fact]
    public void A_node_that_is_no_seed_never_begins_and_joins_any_seed_that_is_in_a_cluster()
    {
        var worker = Formation.Begin("w", ["a"]);

        Assert.Equal(new FormationStep.Ask(WantsVote: false), worker.Look(TimeSpan.FromMinutes(1)).Step);
        worker = worker.Take(new FormationAnswer("a", true, false, 0), TimeSpan.FromMinutes(1));
        Assert.Equal(new FormationStep.Join("a"), worker.Look(TimeSpan.FromMinutes(1)).Step);
        Assert.Contains("w is not among them", worker.Explain(TimeSpan.FromMinutes(1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_has_voted_votes_for_nobody_else_until_the_vote_has_lost_its_worth()
    {
        var c = Formation.Begin("c", ["a", "b", "c"]);
        (c, var first) = c.Answer(new AskToForm("b", true, 1), isMember: false, TimeSpan.Zero);
        (c, var second) = c.Answer(new AskToForm("a", true, 2), isMember: false, TimeSpan.FromSeconds(1));
        (_, var third) = c.Answer(new AskToForm("a", true, 3), isMember: false, Formation.VoteHolds);

        Assert.Equal([true, false, true], [first.Vote, second.Vote, third.Vote]);
    }

    [Fact]
    public void Who_has_voted_is_free_again_once_whom_it_voted_for_has_stood_down()
    {
        var c = Formation.Begin("c", ["a", "b", "c"]);
        (c, _) = c.Answer(new AskToForm("b", true, Token: 5), isMember: false, TimeSpan.Zero);
        (c, _) = c.Answer(new AskToForm("b", false, Token: 4), isMember: false, TimeSpan.FromSeconds(1));
        (_, var beforeThat) = c.Answer(new AskToForm("a", true, Token: 1), isMember: false, TimeSpan.FromSeconds(1));
        (c, _) = c.Answer(new AskToForm("b", false, Token: 6), isMember: false, TimeSpan.FromSeconds(1));
        (_, var afterThat) = c.Answer(new AskToForm("a", true, Token: 2), isMember: false, TimeSpan.FromSeconds(1));

        Assert.Equal([false, true], [beforeThat.Vote, afterThat.Vote]);
    }

    [Fact]
    public void Whatever_is_lost_and_late_at_most_one_cluster_begins() =>
        Gen.Select(Gen.Int[1, 1_000_000], Gen.Int[2, 5], Gen.Double[0, 0.8], Gen.Int[0, 2500]).Sample(
            (seed, seeds, loss, delay) =>
            {
                var names = Enumerable.Range(0, seeds).Select(at => $"{(char)('a' + at)}").ToArray();
                var fleet = new FormingFleet(seed, names);
                fleet.Run(TimeSpan.FromSeconds(40), loss, TimeSpan.FromMilliseconds(delay));
                return fleet.Founders.Count <= 1;
            },
            iter: 2_000);

    [Fact]
    public void A_cluster_that_all_others_have_left_ends_when_it_hears_of_the_one_that_they_have_begun_meanwhile()
    {
        var fleet = new FormingFleet(seed: 1, "a", "b", "c");
        var delay = TimeSpan.FromMilliseconds(20);
        fleet.Run(TimeSpan.FromSeconds(1), loss: 0, delay);
        foreach (var left in (string[])["b", "c"]) fleet.Stop(left);
        fleet.Cut("a");
        foreach (var back in (string[])["b", "c"]) fleet.Start(back);
        fleet.Run(TimeSpan.FromSeconds(40), loss: 0, delay);
        Assert.Equal(["a", "b"], fleet.Founders);
        Assert.Equal(2, fleet.Clusters);

        fleet.Heal();
        fleet.Run(TimeSpan.FromSeconds(10), loss: 0, delay);

        Assert.Equal(["a"], fleet.GaveWay);
        Assert.Equal((1, 3), (fleet.Clusters, fleet.Members.Count));
    }

    [Fact]
    public void What_a_member_asks_frees_nobody_from_a_vote_for_it()
    {
        var c = Formation.Begin("c", ["a", "b", "c"]);
        (c, var first) = c.Answer(new AskToForm("a", true, Token: 5), isMember: false, TimeSpan.Zero);
        (c, _) = c.Answer(Merging.QuestionOf("a"), isMember: false, TimeSpan.FromSeconds(1));
        (_, var second) = c.Answer(new AskToForm("b", true, Token: 5), isMember: false, TimeSpan.FromSeconds(9));

        Assert.Equal((true, false), (first.Vote, second.Vote));
    }

    [Fact]
    public void Whoever_leaves_comes_back_and_is_cut_off_all_are_in_one_cluster_in_the_end() =>
        Gen.Select(
            Gen.Int[1, 1_000_000], Gen.Int[2, 5], Gen.Double[0, 0.5],
            Gen.Select(Gen.Int[0, 3], Gen.Int[0, 4], Gen.Int[0, 20]).Array[1, 30]).Sample(
            (seed, seeds, loss, steps) =>
            {
                var names = Enumerable.Range(0, seeds).Select(at => $"{(char)('a' + at)}").ToArray();
                var fleet = new FormingFleet(seed, names);
                foreach (var (kind, at, seconds) in steps)
                {
                    var name = names[at % seeds];
                    switch (kind)
                    {
                        case 0: fleet.Stop(name); break;
                        case 1: fleet.Start(name); break;
                        case 2: fleet.Cut(name); break;
                        default: fleet.Heal(); break;
                    }

                    fleet.Run(TimeSpan.FromSeconds(seconds), loss, TimeSpan.FromSeconds(1));
                }

                fleet.Heal();
                foreach (var name in names) fleet.Start(name);
                fleet.Run(TimeSpan.FromMinutes(2), loss: 0, longestDelay: TimeSpan.FromMilliseconds(50));
                return fleet.Clusters == 1 && fleet.Members.Count == seeds;
            },
            iter: 2_000);

    [Fact]
    public void Once_messages_come_through_every_node_is_in_the_one_cluster() =>
        Gen.Select(Gen.Int[1, 1_000_000], Gen.Int[2, 5], Gen.Double[0, 0.8]).Sample(
            (seed, seeds, loss) =>
            {
                var names = Enumerable.Range(0, seeds).Select(at => $"{(char)('a' + at)}").ToArray();
                var fleet = new FormingFleet(seed, names);
                fleet.Run(TimeSpan.FromSeconds(10), loss, TimeSpan.FromSeconds(1));
                fleet.Run(TimeSpan.FromSeconds(20), loss: 0, longestDelay: TimeSpan.FromMilliseconds(50));
                return fleet.Founders.Count == 1 && fleet.Members.Count == seeds;
            },
            iter: 2_000);

    [Fact]
    public void Connections_to_who_is_not_heard_are_ended_after_5_s_and_then_ever_less_often_until_a_word_comes()
    {
        var a = Formation.Begin("a", ["a", "b", "c"]);
        var ended = new List<(string To, double At)>();
        for (var at = TimeSpan.Zero; at < TimeSpan.FromSeconds(100); at += TimeSpan.FromMilliseconds(200))
        {
            if (at.TotalSeconds is < 10 or 60) a = a.Take(Word("c", at), at);
            (a, var silent) = a.EndLines(at);
            ended.AddRange(silent.Select(other => (other, at.TotalSeconds)));
        }

        Assert.Equal([5, 15, 35, 75], ended.Where(end => end.To == "b").Select(end => end.At));
        Assert.Equal([14.8, 24.8, 44.8, 65, 75, 95], ended.Where(end => end.To == "c").Select(end => end.At));

        static FormationAnswer Word(string of, TimeSpan at) => new(of, false, false, Formation.TokenAt(at));
    }
}

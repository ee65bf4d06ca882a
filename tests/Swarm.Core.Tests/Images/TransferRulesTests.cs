using CsCheck;
using Swarm.Core.Images;

namespace Swarm.Core.Tests.Images;

public sealed class TransferRulesTests
{
    private static readonly TransferLimits Limits = new(Most: 4, MostOfEach: 2, FailuresMax: 3);

    [Fact]
    public void The_piece_that_the_fewest_have_is_asked_for_first()
    {
        var transfer = New(pieces: 4, ("a", [0, 1, 2]), ("b", [0, 2]));

        var (_, requests) = TransferRules.Next(transfer, Limits with { Most = 1 });

        Assert.Equal(new PieceRequest(1, "a"), Assert.Single(requests));
    }

    [Fact]
    public void Once_something_is_here_what_is_near_the_beginning_comes_before_what_fewer_have_behind_it()
    {
        var all = Enumerable.Range(0, 40).ToArray();
        var transfer = New(pieces: 40, ("a", all), ("b", all), ("some", all[..10])) with { Have = SetOf([30]) };

        var pieces = TransferRules.Next(transfer, new TransferLimits(Most: 12, MostOfEach: 12)).Requests
            .Select(request => request.Piece).ToList();

        Assert.Equal(12, pieces.Count);
        Assert.Equal(Enumerable.Range(0, 8), pieces[..8].Order());
        Assert.All(pieces[8..], piece => Assert.InRange(piece, 10, 15)); // 8 and 9 have more
    }

    [Fact]
    public void Who_reads_a_blob_while_it_comes_to_eight_nodes_has_read_most_of_it_when_the_last_piece_is_here()
    {
        var swarms = Enumerable.Range(1, 40)
            .Select(seed => new TransferSwarm(nodes: 8, pieces: 96, seed)).ToList();

        swarms.ForEach(swarm => swarm.Run());

        Assert.InRange(swarms.Average(swarm => swarm.ReadAtEnd), 75, 96); // one alone may have bad luck
    }

    [Fact]
    public void Who_has_little_is_asked_before_who_has_all()
    {
        var transfer = New(pieces: 3, ("all", [0, 1, 2]), ("some", [1]));

        var (_, requests) = TransferRules.Next(transfer, Limits);

        Assert.Contains(new PieceRequest(1, "some"), requests);
    }

    [Fact]
    public void Who_has_all_is_not_asked_for_what_one_who_has_a_part_is_about_to_give()
    {
        var transfer = New(pieces: 4, ("all", [0, 1, 2, 3]), ("some", [0, 1, 2]));

        var (next, requests) = TransferRules.Next(transfer, Limits);

        Assert.Equal(2, requests.Count(request => request.Holder == "some"));
        Assert.DoesNotContain(requests, request => request.Holder == "all" && request.Piece < 3);
        Assert.Empty(TransferRules.Next(next, Limits).Requests);
    }

    [Fact]
    public void Where_more_have_all_than_fetch_it_they_are_asked_as_well()
    {
        var all = Enumerable.Range(0, 40).ToArray();
        var few = New(pieces: 40, ("all1", all), ("some", all[..30]));
        var many = New(pieces: 40, ("all1", all), ("all2", all), ("some", all[..30]));
        var limits = new TransferLimits(Most: 100, MostOfEach: 100, Many: 100);

        var ofFew = TransferRules.Next(few, limits).Requests;
        var ofMany = TransferRules.Next(many, limits).Requests;

        Assert.All(ofFew, request => Assert.Equal(request.Piece < 30, request.Holder == "some"));
        Assert.Equal(40, ofMany.Length);
        Assert.Contains(ofMany, request => request.Piece < 30 && request.Holder != "some");
    }

    [Fact]
    public void Of_what_only_one_node_has_those_who_fetch_at_once_each_take_a_share_that_no_other_takes() =>
        Gen.Select(Gen.Int[0, 60], Gen.Int[1, 9], Gen.Int).Sample((pieces, count, seed) =>
        {
            var names = Enumerable.Range(0, count).Select(number => $"{seed}-{number}").ToList();
            var asked = names.SelectMany(self => names.Where(name => name != self).Aggregate(
                New(pieces, ("all", [.. Enumerable.Range(0, pieces)])) with { Self = self },
                (transfer, other) => pieces == 0 ? transfer : TransferRules.Heard(transfer, other, PieceSet.Empty))
                is var transfer
                ? TransferRules.Next(transfer, new TransferLimits(Most: 100, MostOfEach: 100, Many: 100)).Requests
                : []);

            Assert.Equal(Enumerable.Range(0, pieces), asked.Select(request => request.Piece).Order());
        });

    [Fact]
    public void A_share_of_a_node_that_is_not_heard_any_more_goes_to_the_others()
    {
        var transfer = New(pieces: 40, ("all", [.. Enumerable.Range(0, 40)]), ("other", []));
        var limits = new TransferLimits(Most: 100, MostOfEach: 100, Many: 100);
        Assert.InRange(TransferRules.Next(transfer, limits).Requests.Length, 1, 39);

        foreach (var alone in (BlobTransfer[])[TransferRules.Lost(transfer, "other"), LeftOut(transfer, "other")])
            Assert.Equal(40, TransferRules.Next(alone, limits).Requests.Length);
    }

    [Fact]
    public void What_others_were_to_bring_is_taken_one_by_one_when_nothing_comes_for_long()
    {
        var all = Enumerable.Range(0, 40).ToArray();
        var transfer = New(pieces: 40, ("all", all), ("other", []));
        var own = TransferRules.Next(transfer, new TransferLimits(Most: 100, MostOfEach: 100, Many: 100)).Requests
            .Select(request => request.Piece).ToHashSet();
        transfer = own.Aggregate(transfer, (now, piece) => now with { Have = now.Have.Add(piece) });

        for (var look = 0; look < Limits.IdleMax - 1; look++) transfer = TransferRules.Looked(transfer);
        Assert.Empty(TransferRules.Next(transfer, Limits).Requests);
        var (next, requests) = TransferRules.Next(TransferRules.Looked(transfer), Limits);
        Assert.DoesNotContain(Assert.Single(requests).Piece, own);
        Assert.Empty(TransferRules.Next(next, Limits).Requests);

        // It does not count as what was waited for, so the next one follows at once.
        next = TransferRules.Arrived(next, requests[0]);
        Assert.Single(TransferRules.Next(next, Limits).Requests);
    }

    [Fact]
    public void Of_eight_nodes_that_fetch_at_once_the_first_holder_sends_little_more_than_the_whole_once() =>
        Assert.All(
            Enumerable.Range(1, 30),
            seed =>
            {
                var swarm = new TransferSwarm(nodes: 8, pieces: 48, seed);
                swarm.Run();

                Assert.InRange(swarm.SentByFirst, 48, 56);
                Assert.InRange(swarm.Rounds, 48, 96); // the first holder sends a piece a round
            });

    [Fact]
    public void No_holder_is_asked_for_more_at_a_time_than_it_may()
    {
        var transfer = New(pieces: 9, ("a", [0, 1, 2, 3, 4, 5, 6, 7, 8]));

        var (next, requests) = TransferRules.Next(transfer, Limits);

        Assert.Equal(2, requests.Length);
        Assert.Empty(TransferRules.Next(next, Limits).Requests);
    }

    [Fact]
    public void Of_many_holders_each_is_asked_for_one_piece_at_a_time()
    {
        int[] all = [0, 1, 2, 3, 4, 5, 6, 7, 8];
        var transfer = New(pieces: 9, ("a", all), ("b", all), ("c", all), ("d", all));

        var (next, requests) = TransferRules.Next(transfer, new TransferLimits());

        Assert.Equal(["a", "b", "c", "d"], requests.Select(request => request.Holder).Order());
        Assert.Empty(TransferRules.Next(next, new TransferLimits()).Requests);
    }

    [Fact]
    public void Nodes_begin_with_different_pieces()
    {
        var first = Enumerable.Range(0, 8).Select(seed => TransferRules.Next(
            New(pieces: 50, ("a", [.. Enumerable.Range(0, 50)])) with { Self = $"node{seed}" }, Limits)
            .Requests[0].Piece);

        Assert.True(first.Distinct().Count() > 4);
    }

    [Fact]
    public void Who_gave_wrong_bytes_is_asked_nothing_more_whatever_it_says()
    {
        var (asked, requests) = TransferRules.Next(New(pieces: 2, ("a", [0, 1])), Limits);

        var left = TransferRules.Wrong(asked, requests[0]);
        left = TransferRules.Failed(left, requests[1], Limits);
        left = TransferRules.Heard(left, "a", PieceSet.All(2));

        Assert.Empty(TransferRules.Next(left, Limits).Requests);
        Assert.False(TransferRules.CanGoOn(left));
    }

    [Fact]
    public void Who_fails_several_times_is_asked_again_once_it_is_heard()
    {
        var transfer = New(pieces: 1, ("a", [0]));
        for (var attempt = 0; attempt < Limits.FailuresMax; attempt++)
        {
            (transfer, var requests) = TransferRules.Next(transfer, Limits);
            transfer = TransferRules.Failed(transfer, Assert.Single(requests), Limits);
        }

        Assert.False(TransferRules.CanGoOn(transfer));
        Assert.Single(TransferRules.Next(TransferRules.Heard(transfer, "a", PieceSet.All(1)), Limits).Requests);
    }

    [Fact]
    public void An_answer_that_nobody_waits_for_changes_nothing()
    {
        var transfer = New(pieces: 2, ("a", [0, 1]));

        Assert.Equal(transfer, TransferRules.Arrived(transfer, new PieceRequest(0, "a")) with { Have = transfer.Have });
        Assert.Equal(transfer, TransferRules.Failed(transfer, new PieceRequest(1, "b"), Limits));
    }

    [Fact]
    public void A_blob_comes_whole_in_the_end_and_nobody_is_asked_for_what_he_has_not() =>
        Gen.Select(Gen.Int[0, 40], Gen.Int[1, 5], Gen.Int).Sample((pieces, holders, seed) =>
        {
            var chance = new Random(seed);
            var transfer = New(pieces) with { Self = $"self{seed}" };
            // One of them has all and is honest; the others have what they have, and some lie.
            for (var holder = 0; holder < holders; holder++)
            {
                var has = holder == 0 ? PieceSet.All(pieces) : Some(chance, pieces);
                transfer = TransferRules.Heard(transfer, $"node{holder}", has);
            }

            for (var step = 0; !transfer.IsComplete && step < 10_000; step++)
                transfer = Step(transfer, chance);

            Assert.True(transfer.IsComplete);
            Assert.Empty(transfer.Asked);
        });

    private static BlobTransfer Step(BlobTransfer transfer, Random chance)
    {
        var (next, requests) = TransferRules.Next(transfer, Limits);
        foreach (var request in requests)
        {
            Assert.False(transfer.Have.Contains(request.Piece));
            Assert.False(transfer.Asked.ContainsKey(request.Piece));
            Assert.True(transfer.Holders[request.Holder].Has.Contains(request.Piece));
        }

        Assert.True(next.Asked.Count <= Limits.Most);
        Assert.True(next.Extra.IsSubsetOf(next.Asked.Keys));
        Assert.All(next.Holders, holder => Assert.Equal(
            next.Asked.Count(asked => asked.Value == holder.Key), holder.Value.Asked));
        Assert.All(next.Holders.Values, holder => Assert.True(holder.Asked <= Limits.MostOfEach));
        if (next.Asked.IsEmpty)
            return TransferRules.Looked(TransferRules.Heard(next, "node0", PieceSet.All(next.Pieces)));


        var (piece, from) = next.Asked.ElementAt(chance.Next(next.Asked.Count));
        var ended = new PieceRequest(piece, from);
        var isSlow = chance.Next(4) == 0 && TransferRules.IsTooSlow(next, ended, chance.Next(100_000), Limits);
        if (isSlow) return TransferRules.GivenUp(next, ended);
        return (from == "node0" ? chance.Next(2) : chance.Next(3)) switch
        {
            0 => TransferRules.Failed(next, ended, Limits),
            1 => TransferRules.Arrived(next, ended),
            _ => TransferRules.Wrong(next, ended),
        };
    }

    private static BlobTransfer LeftOut(BlobTransfer transfer, string holder) => transfer with
    {
        Holders = transfer.Holders.SetItem(holder, transfer.Holders[holder] with { IsLeftOut = true }),
    };

    private static BlobTransfer New(int pieces, params (string Holder, int[] Has)[] holders) => holders.Aggregate(
        new BlobTransfer(pieces, "self"),
        (transfer, holder) => TransferRules.Heard(transfer, holder.Holder, SetOf(holder.Has)));

    private static PieceSet SetOf(IEnumerable<int> pieces) =>
        pieces.Aggregate(PieceSet.Empty, (set, piece) => set.Add(piece));

    private static PieceSet Some(Random chance, int pieces) =>
        SetOf(Enumerable.Range(0, pieces).Where(_ => chance.Next(2) == 0));
}

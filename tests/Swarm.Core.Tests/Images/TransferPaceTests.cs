using Swarm.Core.Images;

namespace Swarm.Core.Tests.Images;

/// <summary>Pieces that come too slowly.</summary>
public sealed class TransferPaceTests
{
    private static readonly TransferLimits Limits = new(Most: 4, MostOfEach: 2, FailuresMax: 3);

    [Fact]
    public void What_came_too_slowly_is_asked_of_another_and_its_holder_only_for_what_nobody_else_has()
    {
        var transfer = TransferRules.Heard(
            new BlobTransfer(3, "self") { Have = PieceSet.Empty.Add(1) }, "slow", PieceSet.All(2));
        (transfer, var requests) = TransferRules.Next(transfer, Limits);
        var slow = Assert.Single(requests);
        Assert.False(TransferRules.IsTooSlow(transfer, slow, 0, Limits)); // nobody else has it
        transfer = TransferRules.Heard(transfer, "all", PieceSet.All(3));
        Assert.True(TransferRules.IsTooSlow(transfer, slow, Limits.BytesPerSecondMin - 1, Limits));
        Assert.False(TransferRules.IsTooSlow(transfer, slow, Limits.BytesPerSecondMin, Limits));

        var given = TransferRules.Heard(TransferRules.GivenUp(transfer, slow), "slow", PieceSet.All(3));

        Assert.All(TransferRules.Next(given, Limits).Requests, request => Assert.Equal("all", request.Holder));
        var alone = TransferRules.Next(TransferRules.Lost(given, "all"), Limits).Requests;
        Assert.Equal([0, 2], alone.Select(request => request.Piece).Order());
    }

    [Fact]
    public void Where_all_are_slow_each_is_tried_and_less_is_enough_each_time_until_one_who_was_not_tried_comes()
    {
        const double rate = 100; // a quarter of 32 KiB, four times, is 128
        var transfer = TransferRules.Heard(
            TransferRules.Heard(new BlobTransfer(1, "self"), "a", PieceSet.All(1)), "b", PieceSet.All(1));
        var tried = new List<string>();
        while (true)
        {
            (transfer, var requests) = TransferRules.Next(transfer, Limits);
            var request = Assert.Single(requests);
            tried.Add(request.Holder);
            if (!TransferRules.IsTooSlow(transfer, request, rate, Limits)) break;
            transfer = TransferRules.GivenUp(transfer, request);
        }

        Assert.Equal(11, tried.Count);
        Assert.All(tried.Chunk(2), two => Assert.Equal(two.Length, two.Distinct().Count()));
        var last = new PieceRequest(0, tried[^1]);
        Assert.True(TransferRules.IsTooSlow(TransferRules.Heard(transfer, "c", PieceSet.All(1)), last, rate, Limits));
    }
}

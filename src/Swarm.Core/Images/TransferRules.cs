using System.Collections.Immutable;

namespace Swarm.Core.Images;

/// <summary>Which piece of a blob is asked of which holder next: pure decisions.</summary>
/// <remarks>
/// The piece that the fewest have comes first, so that no piece is lost with one holder and holders soon have something
/// for each other; but those near the beginning come before those behind them, for who reads it while it comes. Those
/// who have all are asked only for what nobody gives who has a part. Of that each node that fetches has a share of its
/// own, which follows from the names of all that do; so the first holder sends each piece about once. Drawn in
/// docs/replication.md.
/// </remarks>
public static class TransferRules
{
    // By then it is half a byte a second that is enough.
    private const int GivenUpMax = 8;

    /// <summary>A holder says what it has.</summary>
    public static BlobTransfer Heard(BlobTransfer transfer, string holder, PieceSet has)
    {
        var known = transfer.Holders.GetValueOrDefault(holder) ?? new PieceHolder(PieceSet.Empty);
        var isFetching = has.Count < transfer.Pieces;
        return With(transfer, holder, known with { Has = has, Failures = 0, IsFetching = isFetching });
    }

    /// <summary>A holder is not heard any more. What is asked of it ends by itself.</summary>
    public static BlobTransfer Lost(BlobTransfer transfer, string holder) =>
        transfer.Holders.TryGetValue(holder, out var known)
            ? With(transfer, holder, known with { Has = PieceSet.Empty, IsFetching = false })
            : transfer;

    /// <summary>The others were asked what they have now.</summary>
    public static BlobTransfer Looked(BlobTransfer transfer) => transfer with { Idle = transfer.Idle + 1 };

    /// <summary>What is to be asked now.</summary>
    /// <returns>The transfer in which it is noted as asked.</returns>
    public static (BlobTransfer Next, ImmutableArray<PieceRequest> Requests) Next(
        BlobTransfer transfer, TransferLimits limits)
    {
        var requests = ImmutableArray.CreateBuilder<PieceRequest>();
        while (transfer.Asked.Count < limits.Most && new PieceChoice(transfer, limits).Best() is var (request, isExtra))
        {
            requests.Add(request);
            var holder = transfer.Holders[request.Holder];
            transfer = With(transfer, request.Holder, holder with { Asked = holder.Asked + 1 }) with
            {
                Asked = transfer.Asked.Add(request.Piece, request.Holder),
                Extra = isExtra ? transfer.Extra.Add(request.Piece) : transfer.Extra,
            };
        }

        return (transfer, requests.DrainToImmutable());
    }

    /// <summary>A piece came, and is what it should be.</summary>
    public static BlobTransfer Arrived(BlobTransfer transfer, PieceRequest request)
    {
        var isExtra = transfer.Extra.Contains(request.Piece);
        var ended = Ended(transfer, request, holder => holder with { Failures = 0 });
        return ended with { Have = ended.Have.Add(request.Piece), Idle = isExtra ? ended.Idle : 0 };
    }

    /// <summary>A piece did not come.</summary>
    public static BlobTransfer Failed(BlobTransfer transfer, PieceRequest request, TransferLimits limits) =>
        Ended(transfer, request, holder => holder.Failures + 1 < limits.FailuresMax
            ? holder with { Failures = holder.Failures + 1 }
            : holder with { Failures = 0, Has = PieceSet.Empty, IsFetching = false });

    /// <summary>What came was something else: the holder is left out.</summary>
    public static BlobTransfer Wrong(BlobTransfer transfer, PieceRequest request) =>
        Ended(transfer, request, holder => holder with { IsLeftOut = true });

    /// <summary>A piece came so slowly that it was given up: its holder comes behind others from now on.</summary>
    public static BlobTransfer GivenUp(BlobTransfer transfer, PieceRequest request) =>
        Ended(transfer, request, holder => holder with { GivenUp = holder.GivenUp + 1 });

    /// <summary>Whether what comes is to be given up, for another one has it.</summary>
    /// <remarks>Where all who have it were given up before, perhaps because it is this node that is slow, a quarter of
    /// the rate is enough for each time that it was this one; so that ends.</remarks>
    public static bool IsTooSlow(
        BlobTransfer transfer, PieceRequest request, double bytesPerSecond, TransferLimits limits)
    {
        var others = transfer.Holders.Where(other => other.Key != request.Holder && other.Value.Offers(request.Piece))
            .Select(other => other.Value.GivenUp).ToList();
        if (others.Count == 0) return false;
        var times = others.Contains(0) ? 0 : transfer.Holders[request.Holder].GivenUp;
        return times < GivenUpMax && bytesPerSecond < limits.BytesPerSecondMin / Math.Pow(4, times);
    }

    /// <summary>Whether anything is to be hoped for of those who are known: something is on its way, or can be asked.
    /// </summary>
    public static bool CanGoOn(BlobTransfer transfer) =>
        transfer.Asked.Count > 0 || Enumerable.Range(0, transfer.Pieces).Any(piece =>
            !transfer.Have.Contains(piece) && transfer.Holders.Values.Any(holder => holder.Offers(piece)));

    private static BlobTransfer Ended(
        BlobTransfer transfer, PieceRequest request, Func<PieceHolder, PieceHolder> change)
    {
        // What was not asked, or ended already, changes nothing.
        if (transfer.Asked.GetValueOrDefault(request.Piece) != request.Holder) return transfer;

        var holder = transfer.Holders[request.Holder];
        return With(transfer, request.Holder, change(holder with { Asked = holder.Asked - 1 })) with
        {
            Asked = transfer.Asked.Remove(request.Piece),
            Extra = transfer.Extra.Remove(request.Piece),
        };
    }

    private static BlobTransfer With(BlobTransfer transfer, string holder, PieceHolder known) =>
        transfer with { Holders = transfer.Holders.SetItem(holder, known) };
}

using System.Collections.Immutable;

namespace Swarm.Core.Images;

/// <summary>Which piece of a blob is asked of which holder next: pure decisions.</summary>
/// <remarks>
/// The piece that the fewest have comes first, so that no piece is lost with one holder and holders soon have something
/// for each other; of those that have it, one that has little is asked before one that has all, so that the first
/// holder is not asked for what others can give. Drawn in docs/replication.md.
/// </remarks>
public static class TransferRules
{
    /// <summary>A holder says what it has.</summary>
    public static BlobTransfer Heard(BlobTransfer transfer, string holder, PieceSet has)
    {
        var known = transfer.Holders.GetValueOrDefault(holder) ?? new PieceHolder(PieceSet.Empty);
        return With(transfer, holder, known with { Has = has, Failures = 0 });
    }

    /// <summary>A holder is not heard any more. What is asked of it ends by itself.</summary>
    public static BlobTransfer Lost(BlobTransfer transfer, string holder) =>
        transfer.Holders.TryGetValue(holder, out var known)
            ? With(transfer, holder, known with { Has = PieceSet.Empty })
            : transfer;

    /// <summary>What is to be asked now.</summary>
    /// <returns>The transfer in which it is noted as asked.</returns>
    public static (BlobTransfer Next, ImmutableArray<PieceRequest> Requests) Next(
        BlobTransfer transfer, TransferLimits limits)
    {
        var requests = ImmutableArray.CreateBuilder<PieceRequest>();
        while (transfer.Asked.Count < limits.Most && Choose(transfer, limits) is { } request)
        {
            requests.Add(request);
            var holder = transfer.Holders[request.Holder];
            transfer = With(transfer, request.Holder, holder with { Asked = holder.Asked + 1 }) with
            {
                Asked = transfer.Asked.Add(request.Piece, request.Holder),
            };
        }

        return (transfer, requests.DrainToImmutable());
    }

    /// <summary>A piece came, and is what it should be.</summary>
    public static BlobTransfer Arrived(BlobTransfer transfer, PieceRequest request)
    {
        var ended = Ended(transfer, request, holder => holder with { Failures = 0 });
        return ended with { Have = ended.Have.Add(request.Piece) };
    }

    /// <summary>A piece did not come.</summary>
    public static BlobTransfer Failed(BlobTransfer transfer, PieceRequest request, TransferLimits limits) =>
        Ended(transfer, request, holder => holder.Failures + 1 < limits.FailuresMax
            ? holder with { Failures = holder.Failures + 1 }
            : holder with { Failures = 0, Has = PieceSet.Empty });

    /// <summary>What came was something else: the holder is left out.</summary>
    public static BlobTransfer Wrong(BlobTransfer transfer, PieceRequest request) =>
        Ended(transfer, request, holder => holder with { IsLeftOut = true });

    /// <summary>Whether anything is to be hoped for of those who are known: something is on its way, or can be asked.
    /// </summary>
    public static bool CanGoOn(BlobTransfer transfer) =>
        transfer.Asked.Count > 0 || Enumerable.Range(0, transfer.Pieces).Any(piece =>
            !transfer.Have.Contains(piece) && transfer.Holders.Values.Any(holder => Offers(holder, piece)));

    private static PieceRequest? Choose(BlobTransfer transfer, TransferLimits limits)
    {
        PieceRequest? best = null;
        var bestRank = (Holders: int.MaxValue, Turn: uint.MaxValue);
        for (var piece = 0; piece < transfer.Pieces; piece++)
        {
            if (transfer.Have.Contains(piece) || transfer.Asked.ContainsKey(piece)) continue;

            var holders = transfer.Holders.Count(holder => Offers(holder.Value, piece));
            var rank = (holders, Turn(transfer.Seed, piece));
            if (holders == 0 || rank.CompareTo(bestRank) >= 0) continue;
            if (ChooseHolder(transfer, piece, limits) is not { } holder) continue;

            (best, bestRank) = (new PieceRequest(piece, holder), rank);
        }

        return best;
    }

    private static string? ChooseHolder(BlobTransfer transfer, int piece, TransferLimits limits) =>
        transfer.Holders
            .Where(holder => Offers(holder.Value, piece) && holder.Value.Asked < limits.MostOfEach)
            .OrderBy(holder => holder.Value.Has.Count)
            .ThenBy(holder => holder.Value.Asked)
            .ThenBy(holder => Turn(transfer.Seed, holder.Key))
            .Select(holder => holder.Key)
            .FirstOrDefault();

    private static bool Offers(PieceHolder holder, int piece) => !holder.IsLeftOut && holder.Has.Contains(piece);

    private static BlobTransfer Ended(
        BlobTransfer transfer, PieceRequest request, Func<PieceHolder, PieceHolder> change)
    {
        // What was not asked, or ended already, changes nothing.
        if (transfer.Asked.GetValueOrDefault(request.Piece) != request.Holder) return transfer;

        var holder = transfer.Holders[request.Holder];
        return With(transfer, request.Holder, change(holder with { Asked = holder.Asked - 1 })) with
        {
            Asked = transfer.Asked.Remove(request.Piece),
        };
    }

    private static BlobTransfer With(BlobTransfer transfer, string holder, PieceHolder known) =>
        transfer with { Holders = transfer.Holders.SetItem(holder, known) };

    private static uint Turn(int seed, string holder) =>
        holder.Aggregate(0u, (turn, letter) => Turn(seed, unchecked((int)turn) ^ letter));

    // An order of its own for each seed: the finishing step of MurmurHash3, which spreads neighbours.
    private static uint Turn(int seed, int piece)
    {
        var hash = unchecked((uint)piece * 2654435761u) ^ unchecked((uint)seed);
        hash = unchecked((hash ^ (hash >> 16)) * 0x85ebca6bu);
        hash = unchecked((hash ^ (hash >> 13)) * 0xc2b2ae35u);
        return hash ^ (hash >> 16);
    }
}

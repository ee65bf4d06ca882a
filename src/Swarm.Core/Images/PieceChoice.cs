namespace Swarm.Core.Images;

/// <summary>The one piece that is asked for next, and of whom.</summary>
internal sealed class PieceChoice(BlobTransfer transfer, TransferLimits limits)
{
    // So many pieces come before those behind them: who unpacks the blob from its beginning is never far behind.
    private const int WindowPieces = 8;

    private readonly uint _self = PieceTurns.Of(transfer.Self);
    private readonly (uint Name, PieceHolder Holder, string Key)[] _holders =
    [
        .. transfer.Holders.Where(holder => !holder.Value.IsLeftOut)
            .Select(holder => (PieceTurns.Of(holder.Key), holder.Value, holder.Key)),
    ];

    // While few have all. When they are many, one need not care for what is asked of them.
    private readonly bool _isSparing =
        transfer.Holders.Values.Count(holder => !holder.IsLeftOut && holder.Has.Count == transfer.Pieces)
        <= transfer.Holders.Values.Count(holder => holder is { IsLeftOut: false, IsFetching: true });

    private readonly int _mostOfEach = transfer.Holders.Values.Count(
        holder => !holder.IsLeftOut && (holder.IsFetching || holder.Has.Count > 0)) < limits.Many
        ? limits.MostOfEach
        : 1;

    // Who begins does not know yet who else does: of so few pieces many would take the same.
    private readonly int _windowPieces = transfer.Have == PieceSet.Empty ? int.MaxValue : WindowPieces;

    private readonly bool _isExtraAllowed = transfer.Extra.Count < transfer.Idle / limits.IdleMax;

    /// <returns>Null where there is nothing to ask; whether others bring it here sooner or later, too.</returns>
    public (PieceRequest Request, bool IsExtra)? Best()
    {
        (PieceRequest Request, bool IsExtra)? best = null;
        var bestRank = (IsExtra: true, Window: int.MaxValue, Holders: int.MaxValue, Turn: uint.MaxValue);
        for (var piece = 0; piece < transfer.Pieces; piece++)
        {
            if (transfer.Have.Contains(piece) || transfer.Asked.ContainsKey(piece)) continue;

            var (all, parts, least) = CountHolders(piece);
            if (all == 0) continue;
            var (window, turn) = (piece / _windowPieces, PieceTurns.Of(_self, piece));
            if ((false, window, all, turn).CompareTo(bestRank) >= 0
                || FindHolder(piece, least) is not { } free)
            {
                continue;
            }

            // Who has all is for one's own share, and for what takes others too long.
            var isExtra = _isSparing && !free.Holder.IsFetching && (parts > 0 || !IsOwn(piece));
            var rank = (isExtra, window, all, turn);
            if (rank.CompareTo(bestRank) >= 0 || (isExtra && !_isExtraAllowed)) continue;
            (best, bestRank) = ((new PieceRequest(piece, free.Key), isExtra), rank);
        }

        return best;
    }

    /// <summary>How many have a piece; and of those of whom the fewest pieces were given up, how many have a part only,
    /// and how many pieces that are.</summary>
    private (int All, int Parts, int GivenUp) CountHolders(int piece)
    {
        var (all, parts, least) = (0, 0, int.MaxValue);
        foreach (var (_, holder, _) in _holders)
        {
            if (!holder.Has.Contains(piece)) continue;
            all++;
            if (holder.GivenUp < least) (least, parts) = (holder.GivenUp, 0);
            if (holder.IsFetching && holder.GivenUp == least) parts++;
        }

        return (all, parts, least);
    }

    // Who has a part comes first, if those who have all are to be spared; then who is asked for less.
    private (string Key, PieceHolder Holder)? FindHolder(int piece, int givenUp)
    {
        (string Key, PieceHolder Holder)? found = null;
        var foundRank = (HasAll: true, Asked: int.MaxValue, Turn: uint.MaxValue);
        foreach (var (name, holder, key) in _holders)
        {
            if (holder.Asked >= _mostOfEach || !holder.Has.Contains(piece) || holder.GivenUp > givenUp) continue;
            var rank = (_isSparing && !holder.IsFetching, holder.Asked, PieceTurns.Of(_self ^ name, piece));
            if (rank.CompareTo(foundRank) < 0) (found, foundRank) = ((key, holder), rank);
        }

        return found;
    }

    /// <summary>Whether this node brings a piece from those who have all, for itself and for the others.</summary>
    /// <remarks>
    /// Of the nodes that lack it, as far as they are known here, it is that one's whose lot for it is the highest.
    /// Everybody draws the same lots, so those who know each other agree; a node that comes or goes moves its own share
    /// only. <see href="https://en.wikipedia.org/wiki/Rendezvous_hashing"/>
    /// </remarks>
    private bool IsOwn(int piece)
    {
        var own = PieceTurns.Of(_self, piece);
        foreach (var (name, holder, _) in _holders)
        {
            if (holder.IsFetching && !holder.Has.Contains(piece) && PieceTurns.Of(name, piece) > own) return false;
        }

        return true;
    }
}

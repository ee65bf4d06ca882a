using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Swarm.Core.Images;
using Swarm.Images.Registry;

namespace Swarm.Images.Peers;

/// <summary>Fills a partial blob with pieces of other nodes, until it has all.</summary>
/// <param name="leftOut">Nodes of which nothing is asked, by name; those that give wrong bytes are added.</param>
internal sealed partial class PeerFilling(
    PeerWeb web, IPeers peers, PeerOptions options, TimeProvider time, ILogger logger, WantedBlob wanted,
    PartialBlob partial, ConcurrentDictionary<string, bool> leftOut, Action<long> tell)
{
    // Of attempts without a piece that came: from then on it is no use.
    private const int FailuresMax = 30;

    private ImmutableDictionary<string, Peer> _peers = ImmutableDictionary<string, Peer>.Empty;
    private BlobTransfer _transfer =
        new(partial.Pieces, peers.Self) { Have = partial.Here };

    private int _failures;

    /// <exception cref="PeerException">The rest is not to be had.</exception>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = new List<Task<Func<BlobTransfer, BlobTransfer>>> { LookAsync(TimeSpan.Zero, ended.Token) };
        var looking = running[0];
        var lastCame = time.GetTimestamp();
        try
        {
            while (!_transfer.IsComplete)
            {
                var first = await Task.WhenAny(running).WaitAsync(cancellation);
                running.Remove(first);
                var before = _transfer.Have.Count;
                _transfer = (await first)(_transfer);
                if (_transfer.Have.Count > before)
                {
                    (lastCame, _failures) = (time.GetTimestamp(), 0);
                    tell(Math.Min(wanted.Size, (long)_transfer.Have.Count * BlobPieces.PieceBytes));
                }

                if (first == looking)
                {
                    RefuseToWaitInVain(time.GetElapsedTime(lastCame));
                    looking = LookAsync(options.LookEvery, ended.Token);
                    running.Add(looking);
                }

                (_transfer, var requests) = TransferRules.Next(_transfer, options.Limits);
                running.AddRange(requests.Select(request => FetchAsync(request, ended.Token)));
            }
        }
        finally
        {
            await ended.CancelAsync();
            Task all = Task.WhenAll(running);
            await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void RefuseToWaitInVain(TimeSpan since)
    {
        if (since < options.PatienceMax) return;
        if (TransferRules.CanGoOn(_transfer) && _failures < FailuresMax) return;
        throw new PeerException(
            $"{wanted}: {_transfer.Have.Count} of {_transfer.Pieces} pieces are here, and nobody who can be reached "
            + "gives the others");
    }

    /// <summary>Asks those who may have got more than they are known to have.</summary>
    private async Task<Func<BlobTransfer, BlobTransfer>> LookAsync(TimeSpan after, CancellationToken cancellation)
    {
        await Task.Delay(after, time, cancellation);
        // Nothing more could be asked; but what is asked may be so slow that it is better given up for somebody else.
        var isLong = _transfer.Idle > 0 && _transfer.Idle % options.Limits.IdleMax == 0;
        if (_transfer.Asked.Count >= options.Limits.Most && !isLong) return TransferRules.Looked;
        var known = _transfer.Holders;
        var found = (await peers.FindAsync(cancellation)).Where(peer => !leftOut.ContainsKey(peer.Name)).ToList();
        _peers = _peers.SetItems(found.Select(peer => KeyValuePair.Create(peer.Name, peer)));
        var lacking = found.Where(peer =>
            known.GetValueOrDefault(peer.Name) is not { } holder || holder.Has.Count < _transfer.Pieces);
        var gone = known.Keys.Except(found.Select(peer => peer.Name)).ToList();
        var heard = await Task.WhenAll(lacking.Select(peer => AskAsync(peer, cancellation)));
        return transfer => TransferRules.Looked(heard.Aggregate(
            gone.Aggregate(transfer, TransferRules.Lost), (changed, change) => change(changed)));
    }

    private async Task<Func<BlobTransfer, BlobTransfer>> AskAsync(Peer peer, CancellationToken cancellation)
    {
        try
        {
            var offer = await web.AskBlobAsync(peer, wanted.Digest, withSums: false, cancellation);
            if (offer is null || offer.Size != wanted.Size) return transfer => TransferRules.Lost(transfer, peer.Name);
            var has = PieceSet.FromBytes(offer.Here, partial.Pieces);
            return transfer => TransferRules.Heard(transfer, peer.Name, has);
        }
        catch (PeerException lost)
        {
            LogLost(lost.Message);
            return transfer => TransferRules.Lost(transfer, peer.Name);
        }
    }

    private async Task<Func<BlobTransfer, BlobTransfer>> FetchAsync(
        PieceRequest request, CancellationToken cancellation)
    {
        try
        {
            var isRight = await web.FetchPieceAsync(
                _peers[request.Holder], partial, request.Piece,
                rate => TransferRules.IsTooSlow(_transfer, request, rate, options.Limits), cancellation);
            if (isRight) return transfer => TransferRules.Arrived(transfer, request);
            LogWrong(request.Holder, request.Piece, wanted.Digest);
            if (leftOut.TryAdd(request.Holder, true)) await DoubtAsync(_peers[request.Holder], cancellation);
            return transfer => TransferRules.Wrong(transfer, request);
        }
        catch (PeerException lost) when (lost.IsSlow)
        {
            LogSlow(lost.Message);
            return transfer => TransferRules.GivenUp(transfer, request);
        }
        catch (PeerException lost)
        {
            LogLost(lost.Message);
            return transfer =>
            {
                _failures++; // in the loop, as all that changes
                return TransferRules.Failed(transfer, request, options.Limits);
            };
        }
    }

    // If its disk has rotted, what it has there is no copy any more.
    private async Task DoubtAsync(Peer peer, CancellationToken cancellation)
    {
        try
        {
            await web.DoubtBlobAsync(peer, wanted.Digest, cancellation);
        }
        catch (PeerException lost)
        {
            LogLost(lost.Message);
        }
    }

    [LoggerMessage(LogLevel.Warning,
        "Node {Peer} gave wrong bytes for piece {Piece} of {Blob}: it is left out, and its disk is to be looked at")]
    private partial void LogWrong(string peer, int piece, Digest blob);

    [LoggerMessage(LogLevel.Information, "A piece is asked of another node: {Reason}")]
    private partial void LogSlow(string reason);

    [LoggerMessage(LogLevel.Debug, "A node did not give what it was asked for: {Reason}")]
    private partial void LogLost(string reason);
}

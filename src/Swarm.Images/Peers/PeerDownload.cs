using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Swarm.Core.Images;
using Swarm.Images.Blobs;
using Swarm.Images.Registry;

namespace Swarm.Images.Peers;

/// <summary>Brings one blob from the nodes that have it, from several at once, and goes on where an earlier fetch was
/// cut.</summary>
/// <remarks><see cref="TransferRules"/> decides what is asked of whom. Drawn in docs/replication.md.</remarks>
internal sealed partial class PeerDownload(
    PeerWeb web, IPeers peers, PartialBlobs partials, KnownSums known, PeerOptions options, TimeProvider time,
    ILogger logger, WantedBlob wanted, Action<long> tell)
{
    // Of one blob: a disk that loses more of it is of no use.
    private const int LossesMax = 3;

    // Those whose sums are not believed, by name.
    private readonly HashSet<string> _disbelieved = new(StringComparer.Ordinal);

    private int _losses;

    /// <exception cref="PeerException">Nobody who can be reached has all of it.</exception>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public async Task<StagedBlob> RunAsync(CancellationToken cancellation)
    {
        (PieceSums Sums, PeerException Cause)? stuck = null;
        while (true)
        {
            var (sums, giver) = await FindSumsAsync(cancellation);
            if (stuck?.Sums.IsSame(sums) == true) throw stuck.Value.Cause;

            // Who gave what does not fit these sums may give what fits others.
            var leftOut = new ConcurrentDictionary<string, bool>(
                _disbelieved.Select(name => KeyValuePair.Create(name, true)), StringComparer.Ordinal);
            var partial = await DedicatedThread.RunAsync(
                () => partials.Open(wanted.Digest, wanted.Size, sums, cancellation), cancellation);
            var digesting = partial.DigestAsync(cancellation);
            try
            {
                var filling = new PeerFilling(web, peers, options, time, logger, wanted, partial, leftOut, tell);
                await filling.RunAsync(cancellation);
                if (await digesting == wanted.Digest)
                {
                    known.Keep(wanted.Digest, sums);
                    return partial.Finish();
                }

                // Every piece was what the giver of the sums said, and the whole is not what it should be.
                LogWrongSums(giver ?? "nobody", wanted.Digest);
            }
            catch (PeerException cause) when (giver is not null && leftOut.Count > _disbelieved.Count)
            {
                stuck = (sums, cause); // it may be the giver of the sums who was wrong
            }
            catch (IOException lost) when (LostContent.IsIn(lost) && ++_losses <= LossesMax)
            {
                LogLost(wanted.Digest, lost.Message);
                continue; // what the disk does not give of it is found out when it is opened again, and fetched again
            }
            finally
            {
                partials.Close(partial);
                await ((Task)digesting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            _disbelieved.Add(giver ?? "");
        }
    }

    /// <summary>Sums of those who have it whole come before those of others, who have them from somebody.</summary>
    private async Task<(PieceSums Sums, string? Giver)> FindSumsAsync(CancellationToken cancellation)
    {
        if (PieceSums.FromName(wanted.Digest, wanted.Size) is { } named) return (named, null);

        (PieceSums Sums, string? Giver)? other = null;
        var candidates = (await peers.FindAsync(cancellation)).Where(peer => !_disbelieved.Contains(peer.Name));
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var asked = candidates.Select(peer => AskAsync(peer, enough.Token)).ToList();
        try
        {
            await foreach (var answer in Task.WhenEach(asked).WithCancellation(cancellation))
            {
                var (peer, offer) = await answer;
                if (offer is null || offer.Size != wanted.Size) continue;
                if (PieceSums.From(offer.Sums, wanted.Size) is not { } sums) continue;
                if (offer.IsWhole) return (sums, peer);
                other ??= (sums, peer);
            }
        }
        finally
        {
            await enough.CancelAsync();
            Task all = Task.WhenAll(asked);
            await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return other ?? throw new PeerException($"{wanted}: no node that can be reached has it");
    }

    private async Task<(string Peer, BlobOffer? Offer)> AskAsync(Peer peer, CancellationToken cancellation)
    {
        try
        {
            return (peer.Name, await web.AskBlobAsync(peer, wanted.Digest, withSums: true, cancellation));
        }
        catch (Exception lost) when (lost is PeerException or OperationCanceledException)
        {
            return (peer.Name, null);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The disk does not give what came of {Blob}: {Reason}. That is fetched again")]
    private partial void LogLost(Digest blob, string reason);

    [LoggerMessage(LogLevel.Warning, "Node {Peer} gave sums of another content than {Blob}: it is left out")]
    private partial void LogWrongSums(string peer, Digest blob);
}

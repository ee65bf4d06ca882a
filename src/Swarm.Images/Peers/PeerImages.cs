using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Swarm.Core.Images;
using Swarm.Images.Registry;

namespace Swarm.Images.Peers;

/// <summary>Images that other nodes have, and what this one gives to them.</summary>
/// <remarks>Safe for use by many at once. Told in docs/replication.md.</remarks>
public sealed partial class PeerImages : IDisposable
{
    private static readonly TimeSpan DropPartsEvery = TimeSpan.FromHours(1);

    private static readonly Peer Self = new("this node", new Uri("http://127.0.0.1"));

    private readonly ImageStore _store;
    private readonly BlobFetches _fetches;
    private readonly IPeers _peers;
    private readonly PeerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<PeerImages> _logger;
    private readonly PeerWeb _web;
    private readonly PartialBlobs _partials;
    private readonly KnownSums _sums;
    private readonly ITimer _dropping;

    /// <param name="registries">What comes from them and what comes from nodes is fetched once.</param>
    /// <param name="handler">Knows by which certificates nodes show themselves; it is not disposed of.</param>
    public PeerImages(
        ImageStore store, ImageRegistries registries, IPeers peers, HttpMessageHandler handler, PeerOptions options,
        TimeProvider time, ILogger<PeerImages> logger)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(registries);
        (_store, _fetches, _peers) = (store, registries.Fetches, peers);
        (_options, _time, _logger) = (options, time, logger);
        _web = new PeerWeb(handler, options, time);
        _partials = new PartialBlobs(store.Folders, options, time);
        _sums = new KnownSums(store, time, logger);
        Shared = new SharedBlobs(store, _partials, _sums, options, time);
        DropOldParts();
        _dropping = time.CreateTimer(_ => DropOldParts(), state: null, DropPartsEvery, DropPartsEvery);
    }

    /// <summary>What this node gives to others.</summary>
    public SharedBlobs Shared { get; }

    /// <summary>The nodes that have an image, as they say; this one where it has the only copy.</summary>
    public async Task<ImmutableArray<HeldImage>> FindAsync(Digest id, CancellationToken cancellation)
    {
        var peers = await _peers.FindAsync(cancellation);
        var asked = await Task.WhenAll(peers.Select(peer => AskAsync(peer, id, cancellation)));
        if (asked.OfType<HeldImage>().ToImmutableArray() is { IsEmpty: false } held) return held;
        return Shared.FindImage(id) is { } own ? ReadOwn([own]) : [];
    }

    /// <summary>The images of every other node that can be reached.</summary>
    public Task<ListedImages> ListAsync(CancellationToken cancellation) => ListAsync(known: null, cancellation);

    /// <summary>Those that nodes know by a digest, of their manifest or by a name; of this one where it has the only
    /// copy.</summary>
    public async Task<ImmutableArray<HeldImage>> FindKnownByAsync(Digest digest, CancellationToken cancellation) =>
        (await ListAsync(digest, cancellation)).Images is { IsEmpty: false } held
            ? held
            : ReadOwn(Shared.ListImages(digest));

    /// <summary>Brings an image here from nodes that have it, and gives it names; the lists of manifests by whose
    /// digests it gets one come with it.</summary>
    /// <param name="holders">Who said that they have it.</param>
    /// <returns>The digest of its manifest, and whether one of the names means another image than before.</returns>
    /// <exception cref="PeerException">They do not give it.</exception>
    /// <exception cref="ImageException">What is wrong with what they gave; nothing of it is kept.</exception>
    public async Task<(Digest Manifest, bool IsNew)> PullAsync(
        ImmutableArray<HeldImage> holders, ImmutableArray<ImageReference> names, Action<TransferStep> tell,
        CancellationToken cancellation)
    {
        // One image may have several manifests, as its layers were compressed: the one that most have comes first.
        var manifests = holders.GroupBy(held => (held.Id, held.Manifest, held.ManifestSize))
            .OrderByDescending(group => group.Count())
            .ThenBy(group => group.Key.Manifest.Value, StringComparer.Ordinal);
        ImmutableArray<ImageReference> own = [.. names.Where(name => IsOwn(name, holders))];
        Exception? last = null;
        foreach (var manifest in manifests)
        {
            var (id, digest, size) = manifest.Key;
            try
            {
                var arrival = new ImageArrival(_store, $"image {id}", tell)
                {
                    OwnNames = own,
                    Coming = async (blob, token) => await _partials.FindLaterAsync(blob, token),
                };
                var isNew = await PullAsync(id, digest, size, names, arrival, cancellation);
                LogPulled(id, manifest.Count());
                await BringListsAsync(id, holders, names, cancellation);
                return (digest, isNew);
            }
            catch (Exception refused) when (refused is PeerException or ImageException)
            {
                last = refused; // one that is wrong says nothing of the others
            }
        }

        throw last ?? new PeerException("no node that can be reached has the image");
    }

    public void Dispose()
    {
        _dropping.Dispose();
        _web.Dispose();
    }

    private async Task<ListedImages> ListAsync(Digest? known, CancellationToken cancellation)
    {
        var peers = await _peers.FindAsync(cancellation);
        var asked = await Task.WhenAll(peers.Select(peer => ListAsync(peer, known, cancellation)));
        return new ListedImages(
            [.. asked.SelectMany(images => images ?? [])], IsWhole: !asked.Contains(null));
    }

    // What is here as a copy only has no tag: who asks for it by its name is given it as by another node.
    private static ImmutableArray<HeldImage> ReadOwn(ImmutableArray<ImageOffer> offers) =>
    [
        .. offers.Select(own => HeldImage.Read(Self, own)).OfType<HeldImage>()
            .Where(here => here.Names.All(name => name.Tag is null)),
    ];

    // What one of them has from a registry is there; and what nobody knows it by, if that has it by another digest.
    private static bool IsOwn(ImageReference name, ImmutableArray<HeldImage> holders)
    {
        var knowing = holders.Where(held => held.Names.Contains(name)).ToList();
        return knowing.Count > 0
            ? knowing.TrueForAll(held => held.OwnNames.Contains(name))
            : name.Digest is not null && !holders.Any(held => held.IsFromRegistry(name));
    }

    private void DropOldParts()
    {
        try
        {
            _partials.DropOld();
        }
        catch (IOException refused)
        {
            LogNotDropped(refused.Message);
        }
    }

    private async Task<bool> PullAsync(
        Digest id, Digest digest, long size, ImmutableArray<ImageReference> names, ImageArrival arrival,
        CancellationToken cancellation)
    {
        var of = $"image {id}";
        if (size > BlobPieces.PieceBytes) throw new PeerException($"{of}: a manifest of {size} bytes is none");

        using var hold = _store.HoldBlobs([digest]);
        var blob = await FetchAsync(new WantedBlob(digest, size, of), _ => { }, cancellation);
        var content = await File.ReadAllBytesAsync(blob.Path, cancellation);
        if (arrival.ReadManifest(content, $"manifest {digest} of {of}").Config.Digest != id)
            throw new PeerException($"{of}: the manifest {digest} is of another image");

        return (await arrival.TakeInAsync(content, digest, names, FetchAsync, cancellation)).IsNew;
    }

    private Task<Blobs.StagedBlob> FetchAsync(
        WantedBlob wanted, Action<TransferStep> told, CancellationToken cancellation) =>
        _fetches.FetchAsync(
            wanted,
            (_, have, token) => new PeerDownload(
                _web, _peers, _partials, _sums, _options, _time, _logger, wanted, have).RunAsync(token),
            told, cancellation);

    private async Task<HeldImage?> AskAsync(Peer peer, Digest id, CancellationToken cancellation)
    {
        try
        {
            return await _web.AskImageAsync(peer, id, cancellation) is { } offer ? HeldImage.Read(peer, offer) : null;
        }
        catch (PeerException lost)
        {
            LogLost(lost.Message);
            return null;
        }
    }

    /// <returns>Null where it does not say.</returns>
    private async Task<IEnumerable<HeldImage>?> ListAsync(Peer peer, Digest? known, CancellationToken cancellation)
    {
        try
        {
            var images = await _web.ListImagesAsync(peer, known, cancellation);
            return images.Where(offer => known is not { } digest || offer.IsKnownBy(digest))
                .Select(offer => HeldImage.Read(peer, offer)).OfType<HeldImage>();
        }
        catch (PeerException lost)
        {
            LogLost(lost.Message);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Information, "Fetched image {Image} from nodes of the cluster: {Holders} had it")]
    private partial void LogPulled(Digest image, int holders);

    [LoggerMessage(LogLevel.Warning, "What was left of blobs that did not come whole was not removed: {Reason}")]
    private partial void LogNotDropped(string reason);

    [LoggerMessage(LogLevel.Information, "A node did not say which images it has: {Reason}")]
    private partial void LogLost(string reason);
}

/// <summary>The images of other nodes.</summary>
/// <param name="IsWhole">Whether every node that can be reached has said which ones it has.</param>
public sealed record ListedImages(ImmutableArray<HeldImage> Images, bool IsWhole);

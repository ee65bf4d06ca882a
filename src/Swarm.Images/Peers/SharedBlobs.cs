using System.Collections.Immutable;
using Swarm.Core.Images;

namespace Swarm.Images.Peers;

/// <summary>What this host gives to other nodes: its images, and the pieces of their blobs; of blobs that are still on
/// their way here, those that have come.</summary>
public sealed class SharedBlobs
{
    private readonly ImageStore _store;
    private readonly PartialBlobs _partials;
    private readonly KnownSums _sums;
    private readonly SendingRate _rate;

    internal SharedBlobs(
        ImageStore store, PartialBlobs partials, KnownSums sums, PeerOptions options, TimeProvider time)
    {
        (_store, _partials, _sums) = (store, partials, sums);
        _rate = new SendingRate(options.RateMax.Value, time);
    }

    /// <summary>The images of this host, steps of builds left out.</summary>
    /// <param name="known">Only those whose manifest has this digest, or that have a name with it; null for all, but
    /// without the lists that they have and the names they are kept for: all that would be too long.</param>
    public ImmutableArray<ImageOffer> ListImages(Digest? known = null) =>
    [
        .. _store.List().Where(image => !image.IsIntermediate)
            .Select(image => FindImage(image.Id, isShort: known is null))
            .OfType<ImageOffer>().Where(offer => known is not { } digest || offer.IsKnownBy(digest)),
    ];

    /// <returns>Null when it is not here, or not whole.</returns>
    public ImageOffer? FindImage(Digest id) => FindImage(id, isShort: false);

    private ImageOffer? FindImage(Digest id, bool isShort)
    {
        if (_store.Find(id.Value) is not { } image || image.Id != id || !_store.IsWhole(id)) return null;
        var keptFor = isShort ? [] : _store.NamesKeptFor(id);
        return _store.FindBlob(image.ManifestDigest) is { } manifest
            ? new ImageOffer(
                id.Value, manifest.Digest.Value, manifest.Size, [.. image.Names.Select(name => name.ToString())],
                image.Size.Value)
            {
                OwnNames = image.OwnNames.IsEmpty ? null : [.. image.OwnNames.Select(name => name.ToString())],
                Lists = isShort ? null : ListsOf(id),
                KeptFor = keptFor.IsEmpty ? null : [.. keptFor],
            }
            : null;
    }

    /// <returns>Null when the repository has no such manifest here.</returns>
    public ManifestOffer? FindManifest(ImageReference repository, Digest digest)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return _store.FindManifestIn(repository, digest.Value) is { } manifest
            ? new ManifestOffer(manifest.Content.Length, manifest.MediaType)
            : null;
    }

    /// <summary>What of a blob is here.</summary>
    /// <returns>Null when nothing is, or what is here is broken.</returns>
    public async Task<BlobOffer?> DescribeAsync(Digest digest, bool withSums, CancellationToken cancellation)
    {
        if (_store.FindBlob(digest) is { } blob)
        {
            var all = PieceSet.All(BlobPieces.CountOf(blob.Size)).ToBytes();
            if (await _sums.FindAsync(blob, cancellation) is not { } sums) return null;
            return new BlobOffer(blob.Size, IsWhole: true, all, withSums ? sums.Bytes : null);
        }

        return _partials.Find(digest) is { } partial
            ? new BlobOffer(
                partial.Size, IsWhole: false, partial.Here.ToBytes(), withSums ? partial.Sums.Bytes : null)
            : null;
    }

    /// <summary>Another node got something else than it should have: a blob that is here whole is looked at again.
    /// </summary>
    public Task DoubtAsync(Digest digest, CancellationToken cancellation) =>
        _store.FindBlob(digest) is { } blob ? _sums.DoubtAsync(blob, cancellation) : Task.CompletedTask;

    /// <returns>Null when it is not here.</returns>
    public SharedPiece? OpenPiece(Digest digest, int piece)
    {
        if (_store.FindBlob(digest) is { } blob)
        {
            var written = File.GetLastWriteTimeUtc(blob.Path);
            return Open(blob.Path, blob.Size, piece, lost => _store.SetAsideUnread(blob, written, lost));
        }

        // What is wrong with one that comes is seen by who fetches it.
        return _partials.Find(digest) is { } partial && partial.Here.Contains(piece)
            ? Open(partial.Path, partial.Size, piece, _ => { })
            : null;
    }

    private ListOffer[]? ListsOf(Digest image) => _store.ListsOf(image) is { IsEmpty: false } lists
        ? [.. lists.Select(list => new ListOffer(list.Name.ToString(), list.Size, list.MediaType))]
        : null;

    private SharedPiece? Open(string path, long size, int piece, Action<IOException> lost)
    {
        if (piece < 0 || piece >= BlobPieces.CountOf(size)) return null;
        try
        {
            var file = File.OpenHandle(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete,
                FileOptions.Asynchronous);
            return new SharedPiece(
                file, BlobPieces.OffsetOf(piece), BlobPieces.LengthOf(piece, size), _rate, lost);
        }
        catch (FileNotFoundException)
        {
            return null; // it went, or moved to its place, in this moment: who asks again finds it
        }
    }
}

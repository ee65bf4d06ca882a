using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Swarm.Core.Images;
using Swarm.Images.Registry;
using Swarm.Images.Repositories;

namespace Swarm.Images.Peers;

/// <summary>Manifests that other nodes were given: lists, and what they list.</summary>
public sealed partial class PeerImages
{
    /// <summary>Brings a manifest here that another node has in a repository, with all that it is made of. What a list
    /// lists stays where it is.</summary>
    /// <param name="name">By its digest.</param>
    /// <returns>Whether it is here; not where nobody that can be reached gives it.</returns>
    public async Task<bool> BringManifestAsync(ImageReference name, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(name);
        var peers = await _peers.FindAsync(cancellation);
        var asked = await Task.WhenAll(peers.Select(peer => AskManifestAsync(peer, name, cancellation)));
        foreach (var offer in asked.OfType<ManifestOffer>().Distinct())
        {
            if (await TryBringAsync(name, offer.Size, offer.MediaType, withBlobs: true, cancellation)) return true;
        }

        return false;
    }

    /// <summary>Brings lists by whose digests others know an image that is here; it is known by them from then on.
    /// Of the image itself nothing is fetched, and nothing changes.</summary>
    /// <remarks>A list that cannot be had is asked for when it is wanted. Where the image is gone, none is brought.
    /// </remarks>
    /// <param name="holders">Of that image.</param>
    /// <param name="names">Of the lists, by their digests; what they say of others is left.</param>
    /// <exception cref="IOException">The disk does not take the name.</exception>
    public async Task BringListsAsync(
        Digest image, ImmutableArray<HeldImage> holders, ImmutableArray<ImageReference> names,
        CancellationToken cancellation)
    {
        var lists = holders.SelectMany(held => held.Lists).Where(list => names.Contains(list.Name))
            .DistinctBy(list => list.Name);
        foreach (var list in lists)
        {
            if (_store.Find(image.Value) is null) return;
            if (_store.FindManifestIn(list.Name, list.Name.Digest!.Value.Value) is not null
                || await TryBringAsync(list.Name, list.Size, list.MediaType, withBlobs: false, cancellation))
            {
                _store.KnowBy(list.Name, image, IsOwn(list.Name, holders));
            }
        }
    }

    private async Task<bool> TryBringAsync(
        ImageReference name, long size, string mediaType, bool withBlobs, CancellationToken cancellation)
    {
        try
        {
            return await BringAsync(name, size, mediaType, withBlobs, cancellation);
        }
        catch (Exception refused) when (
            refused is RegistryException or RepositoryException or ImageException or IOException)
        {
            LogManifestNotBrought(name, refused.Message);
            return false;
        }
    }

    /// <param name="withBlobs">Whether one that is made of blobs is brought with them, or not at all.</param>
    private async Task<bool> BringAsync(
        ImageReference name, long size, string mediaType, bool withBlobs, CancellationToken cancellation)
    {
        var of = $"manifest {name.Digest} of {name.Repository}";
        if (size is <= 0 or > NodeRegistryOptions.ManifestBytesMax)
            throw new PeerException($"{of}: a manifest of {size} bytes is none");

        using var hold = _store.HoldBlobs([name.Digest!.Value]);
        var blob = await FetchAsync(new WantedBlob(name.Digest.Value, size, of), _ => { }, cancellation);
        var content = await File.ReadAllBytesAsync(blob.Path, cancellation);
        var document = PushedDocument.Read(content, mediaType, of);
        if (!withBlobs && !document.Blobs.IsEmpty)
        {
            LogManifestNotBrought(name, "it is made of blobs, and comes with them when somebody asks for it");
            return false;
        }

        using var parts = _store.HoldBlobs([.. document.Blobs.Select(part => part.Digest)]);
        foreach (var part in document.Blobs.DistinctBy(part => part.Digest))
            await FetchAsync(new WantedBlob(part.Digest, part.Size, of), _ => { }, cancellation);
        if (!document.Blobs.IsEmpty) await _store.SyncAsync(cancellation);
        _store.KeepBrought(name, document, content);
        LogManifestBrought(name, document.MediaType);
        return true;
    }

    private async Task<ManifestOffer?> AskManifestAsync(
        Peer peer, ImageReference name, CancellationToken cancellation)
    {
        try
        {
            return await _web.AskManifestAsync(peer, name, cancellation);
        }
        catch (PeerException lost)
        {
            LogLost(lost.Message);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Information, "Fetched manifest {Manifest} ({Type}) from a node of the cluster")]
    private partial void LogManifestBrought(ImageReference manifest, string type);

    [LoggerMessage(LogLevel.Warning, "Manifest {Manifest}, which another node has, was not fetched: {Reason}")]
    private partial void LogManifestNotBrought(ImageReference manifest, string reason);
}

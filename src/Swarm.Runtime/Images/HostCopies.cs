using System.Collections.Immutable;
using Swarm.Core.Images;
using Swarm.Images.Collecting;
using Swarm.Images.Copies;
using Swarm.Images.Peers;

namespace Swarm.Runtime.Images;

/// <inheritdoc/>
public sealed class HostCopies(ICopyStore store, IHostDisk disk, IClusterImages cluster) : IImageCopies
{
    /// <inheritdoc/>
    public ICopyStore Store => store;

    /// <inheritdoc/>
    public async Task FetchAsync(Digest image, ImmutableArray<string> names, CancellationToken cancellation)
    {
        var isThere = false;
        // Before it is there: it is never seen as one that may be pruned.
        await store.MarkAsync(image, CopyMark.Kept, names, cancellation);
        try
        {
            var holders = await cluster.FindHoldersAsync(image, cancellation);
            if (holders.IsEmpty) throw new PeerException($"image {image}: no node that can be reached has it");

            // Without a tag: that would go on meaning it here when it means another image in the cluster.
            ImmutableArray<ImageReference> digests =
            [
                .. holders.SelectMany(holder => holder.Names).Where(name => name.Digest is not null).Distinct(),
            ];
            await cluster.PullAsync(holders, digests, _ => { }, cancellation);
            isThere = true;
        }
        finally
        {
            if (!isThere) await store.MarkAsync(image, CopyMark.None, [], CancellationToken.None);
            CopyFigures.Count(isThere);
        }
    }

    /// <inheritdoc/>
    public async Task FetchListsAsync(Digest image, ImmutableArray<string> lists, CancellationToken cancellation)
    {
        var holders = await cluster.FindHoldersAsync(image, cancellation);
        ImmutableArray<ImageReference> names =
        [
            .. holders.SelectMany(holder => holder.Lists).Select(list => list.Name).Distinct()
                .Where(name => lists.Contains(name.ToString())),
        ];
        if (names.IsEmpty)
            throw new PeerException($"{string.Join(", ", lists)}: no node that can be reached has it");
        await cluster.BringListsAsync(image, holders, names, cancellation);
    }

    /// <inheritdoc/>
    public Task<bool> LetGoAsync(IdleImage image, CancellationToken cancellation) =>
        disk.RemoveAsync(image, cancellation);
}

using System.Collections.Immutable;
using Swarm.Core.Nodes;

namespace Swarm.Images.Collecting;

/// <summary>What of the images of this host may go when the disk fills up.</summary>
/// <remarks>Safe for use by many at once. Told in docs/disk.md.</remarks>
public interface ICollectedStore
{
    /// <summary>The file system of the store.</summary>
    /// <exception cref="IOException">It cannot be asked.</exception>
    DiskUse MeasureDisk();

    /// <summary>Removes blobs and layers that nothing needs, and what was left of fetches from other nodes.</summary>
    /// <param name="partsBefore">Parts of blobs that somebody wrote to since stay: he may go on.</param>
    Task SweepAsync(DateTimeOffset partsBefore, CancellationToken cancellation);

    /// <summary>Images that nothing here uses, the one that was used longest ago first; those that the cluster keeps
    /// here, and what a registry has only here, are not among them.</summary>
    Task<ImmutableArray<IdleImage>> ListIdleAsync(CancellationToken cancellation);

    /// <summary>Removes an image with its names here, for room: to the cluster its names go on meaning it.</summary>
    /// <remarks>Of one that is not free whoever asks knows that the cluster has enough of it.</remarks>
    /// <returns>Null when it is not there, is used by now or was since it was listed, or is free no more.</returns>
    ImageRemoval? RemoveIdle(IdleImage image);
}

using System.Collections.Immutable;
using Swarm.Core.Nodes;
using Swarm.Images.Collecting;

namespace Swarm.Runtime.Images;

/// <summary>The disk of this host's data root, and what may be removed from it for room.</summary>
/// <remarks>Told in docs/disk.md.</remarks>
public interface IHostDisk
{
    /// <exception cref="IOException">The disk cannot be asked.</exception>
    DiskUse Measure();

    /// <summary>Removes what nothing leads to: blobs, layers, parts of blobs.</summary>
    Task SweepAsync(CancellationToken cancellation);

    /// <summary>Removes what is kept of former builds; nothing while a build goes on.</summary>
    /// <param name="age">Only what is older.</param>
    Task RemoveStepsAsync(TimeSpan age, CancellationToken cancellation);

    /// <summary>Images that nothing uses, nor has just used, the one that was used longest ago first.</summary>
    Task<ImmutableArray<IdleImage>> ListIdleAsync(CancellationToken cancellation);

    /// <returns>Whether it is gone; not where something uses it by now, or a build goes on.</returns>
    Task<bool> RemoveAsync(IdleImage image, CancellationToken cancellation);
}

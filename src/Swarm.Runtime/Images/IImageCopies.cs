using System.Collections.Immutable;
using Swarm.Core.Images;
using Swarm.Images.Collecting;
using Swarm.Images.Copies;
using Swarm.Images.Peers;

namespace Swarm.Runtime.Images;

/// <summary>The copies of images that this host has, and how it comes to one.</summary>
public interface IImageCopies
{
    ICopyStore Store { get; }

    /// <summary>Brings an image here from nodes that have it, marked as <see cref="CopyMark.Kept"/>.</summary>
    /// <param name="names">That mean it.</param>
    /// <exception cref="PeerException">Nobody gives it.</exception>
    /// <exception cref="Swarm.Images.ImageException">What is wrong with what was given.</exception>
    /// <exception cref="IOException">The disk does not take it.</exception>
    Task FetchAsync(Digest image, ImmutableArray<string> names, CancellationToken cancellation);

    /// <summary>Brings lists of manifests, by which an image here is known elsewhere, from nodes that have them.
    /// </summary>
    /// <param name="lists">As <c>docker.io/library/web@DIGEST</c>.</param>
    /// <exception cref="PeerException">Nobody gives them.</exception>
    /// <exception cref="IOException">The disk does not take it.</exception>
    Task FetchListsAsync(Digest image, ImmutableArray<string> lists, CancellationToken cancellation);

    /// <summary>Removes an image of which other nodes have enough, for room.</summary>
    /// <returns>Whether it is gone; not where something uses it by now.</returns>
    Task<bool> LetGoAsync(IdleImage image, CancellationToken cancellation);
}

using Swarm.Core.Images;

namespace Swarm.Api.Images;

/// <summary>Tells the cluster what names mean on this host.</summary>
public interface IImageNames
{
    /// <summary>The name means this image from now on.</summary>
    /// <returns>Null when the cluster has kept it; else why not yet: it is told again until it has.</returns>
    Task<string?> NameAsync(ImageReference name, Digest image, CancellationToken cancellation) =>
        NameAsync(name, image, manifest: null, cancellation);

    /// <inheritdoc cref="NameAsync(ImageReference, Digest, CancellationToken)"/>
    /// <param name="manifest">The manifest, or list, by which the name was given; null where it was given by none.
    /// </param>
    Task<string?> NameAsync(ImageReference name, Digest image, Digest? manifest, CancellationToken cancellation);

    /// <summary>The name means nothing any more, if it has meant this image: what others mean by it since stands.
    /// </summary>
    /// <returns>As <see cref="NameAsync(ImageReference, Digest, CancellationToken)"/>.</returns>
    Task<string?> UnnameAsync(ImageReference name, Digest image, CancellationToken cancellation);

    /// <summary>Whether the cluster has kept what the name means here, as far as it was told.</summary>
    bool IsKept(ImageReference name);
}

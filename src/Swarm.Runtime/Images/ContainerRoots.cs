using Swarm.Core.Images;
using Swarm.Images;

namespace Swarm.Runtime.Images;

/// <summary>Roots of containers, each with the writable layer that its definition asks for.</summary>
internal static class ContainerRoots
{
    /// <returns>The folder at which it is mounted.</returns>
    /// <exception cref="ImageException">The image is not there, or the writable layer cannot be as it is asked for.
    /// </exception>
    public static Task<string> MountRootAsync(
        this IImageStore images, ContainerDefinition definition, Digest image, CancellationToken cancellation)
    {
        var layer = definition.IsPassing ? WritableLayer.Passing : WritableLayer.Usual;
        return images.MountRootAsync(
            definition.Id, image, layer with { SizeMax = definition.Spec.WritableMax }, cancellation);
    }
}

using Swarm.Core.Images;
using Swarm.Images;
using Swarm.Runtime.Records;

namespace Swarm.Runtime.Images;

/// <summary>Roots of containers, each with the writable layer that its definition asks for, and with the owners that
/// its users have on the host.</summary>
internal static class ContainerRoots
{
    /// <returns>The folder at which it is mounted.</returns>
    /// <exception cref="ImageException">The image is not there, or the writable layer cannot be as it is asked for.
    /// </exception>
    public static Task<string> MountRootAsync(
        this IImageStore images, ContainerRecord record, Digest image, CancellationToken cancellation)
    {
        var layer = record.Definition.IsPassing ? WritableLayer.Passing : WritableLayer.Usual;
        return images.MountRootAsync(
            record.Id, image, layer with { SizeMax = record.Definition.Spec.WritableMax, Map = record.Users },
            cancellation);
    }
}

using Swarm.Core.Containers;
using Swarm.Core.Images;

namespace Swarm.Runtime.Volumes;

/// <summary>A file system of a container at its place, as it was settled when the container was made.</summary>
/// <param name="Spec">Of a volume, the source is its name, whoever chose it.</param>
/// <param name="Path">Where its content is on the host; empty for a tmpfs.</param>
public sealed record ContainerMount(MountSpec Spec, string Path)
{
    /// <summary>Whether it is a volume that nobody gave a name.</summary>
    public bool IsAnonymous { get; init; }

    /// <summary>Whether the owners on the disk are the container's own ids, and shown by the map of its users.
    /// </summary>
    public bool IsMapped { get; init; }

    /// <summary>The image it shows the files of.</summary>
    public Digest? ImageId { get; init; }
}

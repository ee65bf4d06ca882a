using System.Collections.Immutable;
using Swarm.Core.Containers;
using Swarm.Core.Images;

namespace Swarm.Runtime.Images;

/// <summary>Brings the images here that containers are to be made of.</summary>
public interface ITaskImages
{
    /// <summary>The images of this host, steps of builds left out: as of now, and soon again something else.</summary>
    ImmutableArray<NodeImage> Here { get; }

    /// <summary>Sees to it that a container's image is on this host, and pulls it where it is not.</summary>
    /// <param name="credentials">What its registry is shown; null shows nothing.</param>
    /// <returns>Holds the image until the container is made of it.</returns>
    /// <exception cref="ContainerException">Why it cannot be had, in words for the user.</exception>
    Task<IDisposable> RequireAsync(
        ContainerSpec container, PullCredentials? credentials, CancellationToken cancellation);
}

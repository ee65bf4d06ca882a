using Swarm.Core.Images;

namespace Swarm.Runtime.Builds;

/// <summary>Says that images are not brought from registries.</summary>
internal sealed class NoImagePulls : IImagePulls
{
    public Task PullAsync(
        ImageReference name, string credentials, IBuildOutput output, CancellationToken cancellation) =>
        throw new BuildException(
            $"cannot pull {name.Familiar}: a build does not pull from registries; have the image on this host first");
}

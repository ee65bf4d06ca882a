using System.Collections.Immutable;
using Swarm.Core.Images;
using Swarm.Images.Builds;

namespace Swarm.Images.Trees;

/// <summary>How the image is to be that is made of a container's changes.</summary>
/// <param name="Configuration">All of it: what the image below said, with what is changed. Its platform and time are
/// filled in.</param>
public sealed record ImageCommit(ImageConfiguration Configuration)
{
    /// <summary>Null leaves it without a name.</summary>
    public ImageReference? Name { get; init; }

    public string Comment { get; init; } = "";

    /// <summary>The command that made the changes.</summary>
    public string CreatedBy { get; init; } = "";

    /// <summary>The step of a build that it is. Such an image is on the disk only after
    /// <see cref="IBuildStore.KeepStepsAsync"/>, and has a layer more only where files changed.</summary>
    public BuildStep? Step { get; init; }

    /// <summary>Paths that were made for mounts only.</summary>
    public ImmutableHashSet<string> Ignored { get; init; } = [];
}

using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Trees;

namespace Swarm.Images.Builds;

/// <summary>The images between an image and what is built from it. Told in docs/builds.md.</summary>
public interface IBuildStore
{
    /// <summary>The image that a build from nothing begins with: no layers, and no configuration.</summary>
    Task<StoredImage> BeginEmptyAsync(CancellationToken cancellation);

    /// <summary>The newest image that a step led to before; null where there is none.</summary>
    StoredImage? FindStep(BuildStep step);

    /// <summary>Makes an image of a step that changes the configuration only.</summary>
    /// <param name="commit">Its <see cref="ImageCommit.Step"/> is needed.</param>
    /// <exception cref="ImageException">The parent is gone.</exception>
    Task<StoredImage> AddStepAsync(ImageCommit commit, CancellationToken cancellation);

    /// <summary>Notes that a build ended with an image: it is no mere step from then on.</summary>
    void MarkResult(Digest image);

    /// <summary>Brings the steps that were made since to the disk.</summary>
    /// <remarks>Until then they are known, and gone when the process ends.</remarks>
    Task KeepStepsAsync(CancellationToken cancellation);

    /// <summary>Removes steps of former builds that nothing needs: neither a name, nor a container, nor who
    /// is about to make one, nor an image that was built from them.</summary>
    /// <param name="all">Also those that images were built from.</param>
    /// <param name="before">Only those made before; null takes all.</param>
    /// <param name="kept">Of layers that no other image has; the oldest steps go first, and none while those that are
    /// left have no more than this. Zero takes all.</param>
    /// <param name="inUse">Images that containers or builds use.</param>
    StepRemoval RemoveSteps(bool all, DateTimeOffset? before, Bytes kept, IReadOnlySet<Digest> inUse);
}

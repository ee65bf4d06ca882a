using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Builds;

namespace Swarm.Runtime.Builds;

/// <summary>Builds images from Dockerfiles on this host. Told in docs/builds.md.</summary>
public interface IImageBuilder
{
    /// <param name="context">A tar of the files that it may copy: plain, gzip or zstd.</param>
    /// <returns>The image's id.</returns>
    /// <exception cref="BuildException">Why it could not be built, in words for the user.</exception>
    Task<Digest> BuildAsync(
        BuildRequest request, Stream context, IBuildOutput output, CancellationToken cancellation);

    /// <summary>Removes what is kept of former builds so that steps need not be done again.</summary>
    /// <param name="all">Also that from which images were built.</param>
    /// <param name="before">Only what was made before; null takes all.</param>
    /// <param name="kept">The oldest go first, and none while what is left takes no more than this. Zero takes
    /// all.</param>
    StepRemoval Prune(bool all, DateTimeOffset? before, Bytes kept);

    /// <summary>Does something while no build goes on, and none begins.</summary>
    /// <returns>Whether it was done; not where a build goes on.</returns>
    bool TryBetweenBuilds(Action act);
}

/// <summary>Who is told how a build goes on.</summary>
public interface IBuildOutput
{
    /// <summary>What the build says, or a program of it.</summary>
    ValueTask WriteAsync(string text, CancellationToken cancellation);

    /// <summary>What a program of it says is wrong.</summary>
    ValueTask WriteErrorAsync(string text, CancellationToken cancellation);

    /// <summary>A stage ended with this image.</summary>
    ValueTask TellImageAsync(Digest image, CancellationToken cancellation);
}

/// <summary>Brings images from registries.</summary>
public interface IImagePulls
{
    /// <param name="credentials">What the client sent for registries, as it came.</param>
    /// <param name="output">Is told how it goes on.</param>
    /// <exception cref="BuildException">It could not be had.</exception>
    Task PullAsync(
        ImageReference name, string credentials, IBuildOutput output, CancellationToken cancellation);
}

/// <summary>Why an image could not be built, in words for its user.</summary>
/// <param name="isInvalid">Whether what was sent is wrong, and not what came of it.</param>
/// <param name="exitCode">Of the program that failed; null where none did.</param>
public sealed class BuildException(
    string message, bool isInvalid = false, int? exitCode = null, Exception? cause = null)
    : Exception(message, cause)
{
    public bool IsInvalid { get; } = isInvalid;

    public int? ExitCode { get; } = exitCode;
}

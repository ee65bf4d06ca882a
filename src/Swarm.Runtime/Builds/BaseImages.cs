using System.Runtime.InteropServices;
using Swarm.Core.Images;
using Swarm.Images;

namespace Swarm.Runtime.Builds;

/// <summary>Finds the images that stages begin with, and copy from.</summary>
internal sealed class BaseImages(BuildSurroundings surroundings, BuildRequest request, IBuildOutput output)
{
    private readonly HashSet<string> _pulled = new(StringComparer.Ordinal);

    /// <summary>The image without anything, where a stage began with it.</summary>
    public Digest? Empty { get; private set; }

    public StoredImage Get(Digest image) => surroundings.Images.Find(image.Value)
        ?? throw new BuildException($"image {image} was removed while it was built upon");

    /// <exception cref="BuildException">It is neither here nor to be had, or not of the platform.</exception>
    public async Task<StoredImage> FindAsync(string name, string platform, CancellationToken cancellation)
    {
        CheckPlatform(platform);
        if (name == "scratch")
        {
            var empty = await surroundings.Steps.BeginEmptyAsync(cancellation);
            Empty = empty.Id;
            return empty;
        }

        var found = Find(name);
        if (found is not null && (!request.Pull || !IsPullable(name))) return found;
        if (!ImageReference.TryParse(name, out var reference, out var problem))
            throw new BuildException(problem, isInvalid: true);
        if (_pulled.Add(reference.ToString()))
            await surroundings.Pulls.PullAsync(reference, request.Credentials, output, cancellation);
        return Find(name) ?? throw new BuildException($"No such image: {name}");
    }

    private StoredImage? Find(string name)
    {
        try
        {
            return surroundings.Images.Find(name);
        }
        catch (ImageException ambiguous)
        {
            throw new BuildException(ambiguous.Message, cause: ambiguous);
        }
    }

    // An id is of this host only.
    private bool IsPullable(string name) => ImageReference.TryParse(name, out var reference, out _)
        && Find(name) is { } found && found.Names.Any(known => known.Repository == reference.Repository);

    private static void CheckPlatform(string platform)
    {
        if (platform.Length == 0) return;
        var parts = platform.ToLowerInvariant().Split('/');
        var own = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64";
        var isOwn = parts is ["linux"] || (parts is ["linux", var named, ..] && Normal(named) == own)
            || (parts is [var alone] && Normal(alone) == own);
        if (!isOwn)
        {
            throw new BuildException(
                $"platform {platform} is not supported: this host is linux/{own}", isInvalid: true);
        }
    }

    private static string Normal(string architecture) => architecture switch
    {
        "x86_64" or "x86-64" => "amd64",
        "aarch64" => "arm64",
        _ => architecture,
    };
}

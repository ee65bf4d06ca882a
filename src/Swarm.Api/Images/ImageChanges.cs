using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Core.Builds;
using Swarm.Images;
using Swarm.Images.Builds;

namespace Swarm.Api.Images;

/// <summary>Instructions of a Dockerfile that change how an image is run, as <c>docker import
/// --change</c> takes them: read and applied as in a build.</summary>
/// <remarks>https://docs.docker.com/reference/cli/docker/image/import/#change</remarks>
internal static class ImageChanges
{
    private const char Escape = '\\';

    private static readonly string[] Known =
    [
        "cmd", "entrypoint", "env", "expose", "healthcheck", "label", "onbuild", "stopsignal", "user", "volume",
        "workdir",
    ];

    /// <exception cref="ApiException">400: an instruction that is not known or not well-formed; named.</exception>
    public static ImageConfiguration Apply(ImageConfiguration configuration, IEnumerable<string> instructions) =>
        instructions
            .Select(line => line.Trim())
            .Where(line => line.Length > 0)
            .Aggregate(new StageConfiguration(configuration), ApplyOne)
            .Image;

    private static StageConfiguration ApplyOne(StageConfiguration stage, string text)
    {
        var word = text.Split([' ', '\t'], 2)[0].ToLowerInvariant();
        if (!Known.Contains(word))
            throw new ApiException(StatusCodes.Status400BadRequest, $"{word} is not a valid change command");
        try
        {
            return stage.Apply(Dockerfile.ParseOne(text, Escape).Expand(Escape, stage.FindVariable)).Next;
        }
        catch (DockerfileException wrong)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, $"change '{text}': {wrong.Message}");
        }
    }
}

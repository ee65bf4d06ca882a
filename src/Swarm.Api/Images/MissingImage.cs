using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Core.Images;

namespace Swarm.Api.Images;

/// <summary>Tells that an image is not on this host, in the words at which clients pull it; or that no image can be
/// called so.</summary>
internal static class MissingImage
{
    private const string OfDigest = "sha256:";

    /// <param name="asked">As the client wrote it; a name without a tag is told with the one it stands for.</param>
    public static ApiException Tell(string asked)
    {
        if (asked.StartsWith(OfDigest, StringComparison.Ordinal) || Digest.TryParse(OfDigest + asked, out _))
            return NotFound(asked);
        return ImageReference.TryParse(asked, out var name, out var error)
            ? NotFound(name.Familiar)
            : NamedImage.Invalid(error);
    }

    private static ApiException NotFound(string image) =>
        new(StatusCodes.Status404NotFound, $"No such image: {image}");
}

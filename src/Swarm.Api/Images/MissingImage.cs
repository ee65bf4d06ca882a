using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Core.Images;

namespace Swarm.Api.Images;

/// <summary>Tells that an image is not on this host, in the words at which clients pull it.</summary>
internal static class MissingImage
{
    /// <param name="asked">As the client wrote it; a name without a tag is told with the one it stands for.</param>
    public static ApiException Tell(string asked) => new(
        StatusCodes.Status404NotFound, $"No such image: {NameOf(asked)}");

    private static string NameOf(string asked) =>
        !asked.StartsWith("sha256:", StringComparison.Ordinal)
        && ImageReference.TryParse(asked, out var name, out _) ? name.Familiar : asked;
}

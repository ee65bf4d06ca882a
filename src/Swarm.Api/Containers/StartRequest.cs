using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;

namespace Swarm.Api.Containers;

/// <summary>A request to start a container: how that is started was said when it was made.</summary>
internal static class StartRequest
{
    /// <summary>Of a body: <c>null</c> and <c>{}</c> say nothing, and whatever says something is longer.</summary>
    private const int LongestOfNothing = 7;

    /// <exception cref="ApiException">It says how; in Docker's words.</exception>
    public static void Require(HttpRequest start)
    {
        if (start.ContentLength > LongestOfNothing || start.Headers.TransferEncoding.Count > 0)
        {
            throw Invalid(
                "starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24");
        }

        if (start.Query.Text("checkpoint").Length > 0)
            throw Invalid("checkpoint is only supported in experimental mode");
    }

    private static ApiException Invalid(string message) => new(StatusCodes.Status400BadRequest, message);
}

using Microsoft.AspNetCore.Http;

namespace Swarm.Api.Http;

/// <summary>What a request for something that is not served is answered.</summary>
internal static class UnknownRoutes
{
    /// <summary>First parts of the paths of the Docker Engine API: known, but not served.</summary>
    private static readonly HashSet<string> OfDocker = new(StringComparer.Ordinal)
    {
        "auth", "build", "commit", "configs", "containers", "distribution", "events", "exec", "grpc", "images",
        "networks",
        "nodes", "plugins", "secrets", "services", "session", "swarm", "system", "tasks", "volumes",
    };

    public static (int Status, string Message) Explain(HttpRequest request)
    {
        var path = request.Path.Value ?? "/";
        return OfDocker.Contains(path.Split('/', 3) is [_, var first, ..] ? first : "")
            ? (StatusCodes.Status501NotImplemented,
                $"{request.Method} {path} is not supported by this version of Swarm")
            : (StatusCodes.Status404NotFound, "page not found");
    }
}

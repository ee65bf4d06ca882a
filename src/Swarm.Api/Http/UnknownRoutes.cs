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

    /// <summary>What there is in place of Docker's own, or why there is none.</summary>
    private static readonly Dictionary<string, string> Instead = new(StringComparer.Ordinal)
    {
        ["configs"] = "there are none; services mount files of their hosts",
        ["nodes"] = "the command swarm lists and drains nodes",
        ["plugins"] = "none can be installed",
        ["secrets"] = "there are none; services mount files of their hosts",
        ["services"] = "the command swarm deploys, lists and scales services",
        ["swarm"] = "every node is in its cluster from its start",
        ["tasks"] = "the command swarm lists tasks",
    };

    public static (int Status, string Message) Explain(HttpRequest request)
    {
        var path = request.Path.Value ?? "/";
        var first = path.Split('/', 3) is [_, var part, ..] ? part : "";
        if (!OfDocker.Contains(first)) return (StatusCodes.Status404NotFound, "page not found");

        var message = $"{request.Method} {path} is not supported by this version of Swarm";
        return (StatusCodes.Status501NotImplemented,
            Instead.TryGetValue(first, out var instead) ? $"{message}: {instead}" : message);
    }
}

using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Swarm.Api.Http;

/// <summary>What a request for something that is not served is answered.</summary>
internal static class UnknownRoutes
{
    /// <summary>What the Docker Engine API has, and is not served. <c>*</c> is a part of a path, <c>**</c> several.
    /// </summary>
    /// <remarks>https://docs.docker.com/reference/api/engine/version/v1.50/ and, of experimental daemons, checkpoints.
    /// </remarks>
    private static readonly Regex[] OfDocker =
    [
        .. ((string[])
        [
            "POST /build/cancel",
            "(GET|POST) /containers/*/checkpoints", "DELETE /containers/*/checkpoints/*",
            "GET /(configs|secrets)", "POST /(configs|secrets)/create", "(GET|DELETE) /(configs|secrets)/*",
            "POST /(configs|secrets)/*/update",
            "GET /nodes", "(GET|DELETE) /nodes/*", "POST /nodes/*/update",
            "GET /plugins/privileges", "GET /plugins/**/json", "POST /plugins/(create|pull)",
            "POST /plugins/**/(enable|disable|push|set|upgrade)", "DELETE /plugins/**",
            "GET /services", "POST /services/create", "(GET|DELETE) /services/*", "POST /services/*/update",
            "GET /services/*/logs",
            "GET /swarm", "GET /swarm/unlockkey", "POST /swarm/(init|join|leave|unlock|update)",
            "GET /tasks", "GET /tasks/*", "GET /tasks/*/logs",
            "PUT /volumes/*",
        ]).Select(route => route.Replace("**", ".+", StringComparison.Ordinal))
            .Select(route => route.Replace("*", "[^/]+", StringComparison.Ordinal))
            .Select(route => new Regex($"^{route}\\z", RegexOptions.CultureInvariant)),
    ];

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

    /// <remarks>As Docker, to which a path with another method is as one that there is not.</remarks>
    public static (int Status, string Message) Explain(HttpRequest request)
    {
        var path = request.Path.Value ?? "/";
        var asked = $"{request.Method} {path}";
        if (!OfDocker.Any(route => route.IsMatch(asked))) return (StatusCodes.Status404NotFound, "page not found");

        var message = $"{asked} is not supported by this version of Swarm";
        return (StatusCodes.Status501NotImplemented,
            path.Split('/', 3) is [_, var first, ..] && Instead.TryGetValue(first, out var instead)
                ? $"{message}: {instead}"
                : message);
    }
}

namespace Swarm.Daemon.Tests.Fuzzing;

/// <summary>The endpoints of the Docker Engine API 1.50, as its reference lists them.</summary>
internal static class ApiIndex
{
    /// <summary>Those that are served, with words that their queries know; but for those that ask a registry:
    /// <c>/auth</c>, <c>/images/search</c>, <c>/distribution</c>.</summary>
    public static readonly ApiEndpoint[] Served =
    [
        new("GET", "/containers/json", "all limit size filters"),
        new("POST", "/containers/create", "name platform"),
        new("GET", "/containers/{id}/json", "size"),
        new("GET", "/containers/{id}/top", "ps_args"),
        new("GET", "/containers/{id}/logs", "follow stdout stderr since until timestamps tail details"),
        new("GET", "/containers/{id}/changes", ""),
        new("GET", "/containers/{id}/export", ""),
        new("GET", "/containers/{id}/stats", "stream one-shot"),
        new("POST", "/containers/{id}/resize", "h w"),
        new("POST", "/containers/{id}/start", "detachKeys"),
        new("POST", "/containers/{id}/stop", "signal t"),
        new("POST", "/containers/{id}/restart", "signal t"),
        new("POST", "/containers/{id}/kill", "signal"),
        new("POST", "/containers/{id}/update", ""),
        new("POST", "/containers/{id}/rename", "name"),
        new("POST", "/containers/{id}/pause", ""),
        new("POST", "/containers/{id}/unpause", ""),
        new("POST", "/containers/{id}/attach", "detachKeys logs stream stdin stdout stderr"),
        new("GET", "/containers/{id}/attach/ws", "detachKeys logs stream stdin stdout stderr"),
        new("POST", "/containers/{id}/wait", "condition"),
        new("DELETE", "/containers/{id}", "v force link"),
        new("HEAD", "/containers/{id}/archive", "path"),
        new("GET", "/containers/{id}/archive", "path"),
        new("PUT", "/containers/{id}/archive", "path noOverwriteDirNonDir copyUIDGID"),
        new("POST", "/containers/prune", "filters"),
        new("POST", "/containers/{id}/exec", ""),
        new("POST", "/exec/{id}/start", ""),
        new("POST", "/exec/{id}/resize", "h w"),
        new("GET", "/exec/{id}/json", ""),
        new("GET", "/images/json", "all filters shared-size digests"),
        new("POST", "/build", "dockerfile t buildargs labels target nocache q networkmode memory ulimits remote"),
        new("POST", "/build/prune", "all filters"),
        new("POST", "/images/create", "fromSrc repo tag message changes platform"),
        new("GET", "/images/{name}/json", ""),
        new("GET", "/images/{name}/history", ""),
        new("POST", "/images/{name}/push", "tag"),
        new("POST", "/images/{name}/tag", "repo tag"),
        new("DELETE", "/images/{name}", "force noprune"),
        new("POST", "/images/prune", "filters"),
        new("POST", "/commit", "container repo tag comment author changes pause"),
        new("GET", "/images/{name}/get", ""),
        new("GET", "/images/get", "names"),
        new("POST", "/images/load", "quiet"),
        new("GET", "/networks", "filters"),
        new("GET", "/networks/{id}", "verbose scope"),
        new("DELETE", "/networks/{id}", ""),
        new("POST", "/networks/create", ""),
        new("POST", "/networks/{id}/connect", ""),
        new("POST", "/networks/{id}/disconnect", ""),
        new("POST", "/networks/prune", "filters"),
        new("GET", "/volumes", "filters"),
        new("POST", "/volumes/create", ""),
        new("GET", "/volumes/{name}", ""),
        new("DELETE", "/volumes/{name}", "force"),
        new("POST", "/volumes/prune", "filters"),
        new("GET", "/info", ""),
        new("GET", "/version", ""),
        new("GET", "/_ping", ""),
        new("HEAD", "/_ping", ""),
        new("GET", "/events", "since until filters"),
        new("GET", "/system/df", "type"),
        new("GET", "/plugins", "filters"),
    ];

    /// <summary>Those that are not.</summary>
    public static readonly ApiEndpoint[] NotServed =
    [
        .. Of("GET", "/swarm", "/swarm/unlockkey", "/nodes", "/nodes/x"),
        .. Of("GET", "/services", "/services/x", "/services/x/logs"),
        .. Of("GET", "/tasks", "/tasks/x", "/tasks/x/logs", "/secrets", "/secrets/x", "/configs", "/configs/x"),
        .. Of("GET", "/plugins/privileges", "/plugins/x/json"),
        .. Of("POST", "/swarm/init", "/swarm/join", "/swarm/leave", "/swarm/update", "/swarm/unlock"),
        .. Of("POST", "/nodes/x/update", "/services/create", "/services/x/update", "/secrets/create"),
        .. Of("POST", "/secrets/x/update", "/configs/create", "/configs/x/update", "/session", "/grpc"),
        .. Of("POST", "/plugins/pull", "/plugins/x/enable", "/plugins/x/disable", "/plugins/x/upgrade"),
        .. Of("POST", "/plugins/create", "/plugins/x/push", "/plugins/x/set", "/build/cancel"),
        .. Of("DELETE", "/nodes/x", "/services/x", "/secrets/x", "/configs/x", "/plugins/x"),
        .. Of("PUT", "/volumes/x"),
    ];

    private static IEnumerable<ApiEndpoint> Of(string method, params string[] paths) =>
        paths.Select(path => new ApiEndpoint(method, path, ""));
}

/// <param name="Query">Words between blanks.</param>
internal sealed record ApiEndpoint(string Method, string Path, string Query);

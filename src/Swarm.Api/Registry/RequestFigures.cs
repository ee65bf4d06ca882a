using System.Diagnostics.Metrics;

namespace Swarm.Api.Registry;

/// <summary>How the registry was asked, and what became of it.</summary>
/// <remarks>Told in docs/metrics.md.</remarks>
internal static class RequestFigures
{
    public const string MeterName = "Swarm.Registry";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Requests = Meter.CreateCounter<long>(
        "swarm.registry.requests", "{request}", "Requests to this node's registry.");

    /// <param name="path">What was asked for; null where it was nothing.</param>
    public static void Count(RegistryPath? path, string method, int status) => Requests.Add(
        1,
        new KeyValuePair<string, object?>("kind", path?.GetType().Name.ToLowerInvariant() ?? "none"),
        // Words that clients make up are no labels.
        new KeyValuePair<string, object?>(
            "method", method is "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" ? method : "OTHER"),
        new KeyValuePair<string, object?>("status", status));
}

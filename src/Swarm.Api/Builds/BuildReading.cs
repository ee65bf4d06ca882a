using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Containers;
using Swarm.Api.Http;
using Swarm.Core.Images;
using Swarm.Runtime.Builds;

namespace Swarm.Api.Builds;

/// <summary>How an image is to be built, from the query of <c>POST /build</c>.</summary>
/// <remarks>Listed in docs/docker-api.md.</remarks>
internal static class BuildReading
{
    /// <summary>Numbers of the query, and what they are called where a container is made.</summary>
    private static readonly (string Query, string Field)[] Numbers =
    [
        ("memory", "Memory"), ("memswap", "MemorySwap"), ("cpushares", "CpuShares"), ("cpuperiod", "CpuPeriod"),
        ("cpuquota", "CpuQuota"), ("shmsize", "ShmSize"),
    ];

    private static readonly (string Query, string Field)[] Words =
    [
        ("cpusetcpus", "CpusetCpus"), ("cpusetmems", "CpusetMems"), ("networkmode", "NetworkMode"),
        ("cgroupparent", "CgroupParent"), ("isolation", "Isolation"),
    ];

    /// <exception cref="ApiException">What cannot be, or is not supported.</exception>
    public static BuildRequest Read(HttpRequest request)
    {
        var query = request.Query;
        if (query.Text("version") == "2")
            throw new ApiException(StatusCodes.Status501NotImplemented, BuildKitRefusal.Reason);
        if (query.Text("remote") is { Length: > 0 } remote)
            throw Unsupported($"a build context from {remote}: send it in the body");
        if (QueryFlag.IsSet(query["squash"])) throw Unsupported("squash");
        if (query["securityopt"].Any(option => option?.Length > 0)) throw Unsupported("security-opt");
        if (query.Text("outputs") is { Length: > 0 } outputs && outputs != "[]") throw Unsupported("outputs");
        if (query.TryGetValue("storageopt", out var storage) && storage.ToString() is not ("" or "{}" or "null"))
            throw Unsupported("storageopt");
        var file = query.Text("dockerfile");
        if (file.Contains('\0')) throw Wrong("dockerfile: a path has no zero byte");
        return new BuildRequest
        {
            Dockerfile = file,
            Target = query.Text("target"),
            Arguments = ReadMap(query.Text("buildargs"), "buildargs"),
            Labels = ReadMap(query.Text("labels"), "labels").ToImmutableSortedDictionary(
                label => label.Key, label => label.Value ?? "", StringComparer.Ordinal),
            NoCache = QueryFlag.IsSet(query["nocache"]),
            Pull = QueryFlag.IsSet(query["pull"]),
            Platform = query.Text("platform"),
            // Steps share no namespace of a container: nothing says of which.
            Running = ContainerReading.Read(
                new JsonFields(ReadRunning(query)), named => throw Wrong($"No such container: {named}")).Spec,
            Credentials = request.Headers["X-Registry-Config"].ToString(),
        };
    }

    /// <summary>The names that the image is given.</summary>
    /// <exception cref="ApiException">One is none.</exception>
    public static ImmutableArray<ImageReference> ReadNames(HttpRequest request) =>
    [
        .. request.Query["t"].Where(name => !string.IsNullOrEmpty(name))
            .Select(name => ImageReference.TryParse(name, out var reference, out var problem)
                ? reference is { Digest: null }
                    ? reference
                    : throw Wrong("build tag cannot contain a digest")
                : throw Wrong(problem))
            .Distinct(),
    ];

    /// <summary>What says how steps are run, as it is said of containers: honoured and refused as there.</summary>
    private static JsonObject ReadRunning(IQueryCollection query)
    {
        var host = new JsonObject();
        foreach (var (name, field) in Numbers)
        {
            if (query.Text(name) is not { Length: > 0 } text) continue;
            host[field] = long.TryParse(
                text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw Wrong($"invalid value of {name}: {text}");
        }

        foreach (var (name, field) in Words)
        {
            if (query.Text(name) is { Length: > 0 } text) host[field] = text;
        }

        if (query["extrahosts"] is { Count: > 0 } hosts)
            host["ExtraHosts"] = new JsonArray([.. hosts.Select(entry => (JsonNode?)entry)]);
        if (query.Text("ulimits") is { Length: > 0 } ulimits) host["Ulimits"] = ReadJson(ulimits, "ulimits");
        return new JsonObject { ["Image"] = "step", ["HostConfig"] = host };
    }

    private static ImmutableDictionary<string, string?> ReadMap(string text, string name)
    {
        var map = ImmutableDictionary.Create<string, string?>(StringComparer.Ordinal);
        if (text.Length == 0 || ReadJson(text, name) is not { } read) return map;
        if (read is JsonObject found) new JsonFields(found, name).RefuseZeros();
        try
        {
            return map.AddRange(read.AsObject().Select(
                pair => KeyValuePair.Create(pair.Key, pair.Value?.GetValue<string>())));
        }
        catch (InvalidOperationException)
        {
            throw Wrong($"invalid value of {name}: {text}");
        }
    }

    private static JsonNode? ReadJson(string text, string name)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            throw Wrong($"invalid value of {name}: {text}");
        }
    }

    private static ApiException Wrong(string message) => new(StatusCodes.Status400BadRequest, message);

    private static ApiException Unsupported(string what) =>
        new(StatusCodes.Status501NotImplemented, $"{what} is not supported by this version of Swarm");
}

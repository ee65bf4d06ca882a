using System.Text.Json.Serialization;

namespace Swarm.Api.Images;

/// <summary>One image of <c>GET /images/json</c>.</summary>
/// <param name="Created">Seconds since 1970.</param>
internal sealed record ImageLine(
    string Id, string ParentId, string[] RepoTags, string[] RepoDigests, long Created, long Size, long SharedSize,
    long Containers, IReadOnlyDictionary<string, string> Labels);

/// <summary>The answer to <c>GET /images/NAME/json</c>.</summary>
internal sealed record ImageDetails(
    string Id, string[] RepoTags, string[] RepoDigests, string Created, string Author, string Architecture,
    string? Variant,
    string Os, long Size, ImageRunning Config);

/// <summary>How an image is run, with the names Docker uses.</summary>
internal sealed record ImageRunning(
    string[]? Entrypoint, string[]? Cmd, string[] Env, string WorkingDir, string User,
    IReadOnlyDictionary<string, Empty>? ExposedPorts, IReadOnlyDictionary<string, Empty>? Volumes,
    IReadOnlyDictionary<string, string> Labels, string? StopSignal);

/// <summary>Where Docker has a set, JSON has an object of empty objects.</summary>
internal sealed record Empty;

/// <summary>One line of the answer to what takes a while.</summary>
internal sealed record ProgressLine
{
    [JsonPropertyName("stream")] public string? Stream { get; init; }

    [JsonPropertyName("status")] public string? Status { get; init; }
}

/// <summary>One line of the answer to <c>DELETE /images/NAME</c>: a name, or an image.</summary>
internal sealed record RemovedLine
{
    public string? Untagged { get; init; }

    public string? Deleted { get; init; }
}

using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images;
using Swarm.Images.Peers;

namespace Swarm.Api.Images;

/// <summary>From what the store knows of an image to what the interface shows.</summary>
internal static class ImageDocument
{
    /// <summary>Lists that say nothing while they are empty: Docker shows null for those.</summary>
    private static readonly string[] Lists = ["Env", "Cmd", "Entrypoint", "OnBuild", "Shell"];

    /// <summary>What the configuration of an image had always, and what where nobody had said it.</summary>
    private static readonly JsonObject ConfigBefore50 = new()
    {
        ["Hostname"] = "",
        ["Domainname"] = "",
        ["User"] = "",
        ["AttachStdin"] = false,
        ["AttachStdout"] = false,
        ["AttachStderr"] = false,
        ["Tty"] = false,
        ["OpenStdin"] = false,
        ["StdinOnce"] = false,
        ["Env"] = null,
        ["Cmd"] = null,
        ["Image"] = "",
        ["Volumes"] = null,
        ["WorkingDir"] = "",
        ["Entrypoint"] = null,
        ["OnBuild"] = null,
        ["Labels"] = null,
    };

    /// <summary>One image of <c>GET /images/json</c>.</summary>
    /// <param name="shared">Bytes of the layers that other images have, too; null when nobody asked.</param>
    public static JsonObject Line(ImageSummary image, IEnumerable<ImageReference> names, int containers, Bytes? shared)
    {
        var labels = new JsonObject();
        foreach (var (name, value) in image.Labels) labels[name] = value;
        var shown = names.ToList();
        return new JsonObject
        {
            ["Id"] = image.Id.Value,
            ["ParentId"] = image.Parent?.Value ?? "",
            ["RepoTags"] = Tags(shown),
            ["RepoDigests"] = Digests(shown),
            ["Created"] = image.Created?.ToUnixTimeSeconds() ?? 0,
            ["Size"] = image.Size.Value,
            ["SharedSize"] = shared?.Value ?? -1,
            ["Labels"] = labels,
            ["Containers"] = containers,
        };
    }

    /// <summary>The same of an image that only other nodes have. When it was made and its labels they do not tell.
    /// </summary>
    public static JsonObject LineOfOthers(ImmutableArray<HeldImage> held)
    {
        var line = Line(
            new ImageSummary(
                held[0].Id, [], Created: null, held[0].Size, ImmutableSortedDictionary<string, string>.Empty),
            held.SelectMany(image => image.Names).Distinct().OrderBy(name => name.ToString(), StringComparer.Ordinal),
            containers: 0, shared: null);
        line["Nodes"] = CountNodes(held);
        line["Here"] = false;
        return line;
    }

    /// <summary>On how many nodes an image is, by what they say.</summary>
    public static int CountNodes(IEnumerable<HeldImage> held) =>
        held.Select(image => image.Holder.Name).Distinct(StringComparer.Ordinal).Count();

    /// <summary>The answer to <c>GET /images/NAME/json</c>: the image's own configuration, but that empty
    /// lists are not there.</summary>
    public static JsonObject Inspect(ImageDetail detail)
    {
        var image = detail.Image;
        var stored = JsonNode.Parse(detail.ConfigurationJson) as JsonObject ?? [];
        var document = new JsonObject
        {
            ["Id"] = image.Id.Value,
            ["RepoTags"] = Tags(image.Names),
            ["RepoDigests"] = Digests(image.Names),
            ["Parent"] = detail.Parent?.Value ?? "",
            ["Comment"] = Text(stored, "comment") is { Length: > 0 } comment ? comment : LastComment(stored),
            ["Created"] = QueryTime.Written(image.Configuration.Created),
            ["DockerVersion"] = Text(stored, "docker_version"),
            ["Author"] = image.Configuration.Author,
            ["Config"] = Config(stored["config"]),
            ["Architecture"] = image.Configuration.Architecture,
            ["Os"] = image.Configuration.OperatingSystem,
            ["Size"] = image.Size.Value,
            ["GraphDriver"] = Driver(detail.Layers),
            ["RootFS"] = new JsonObject
            {
                ["Type"] = "layers",
                ["Layers"] = new JsonArray([.. detail.Layers.Select(layer => (JsonNode)layer.DiffId.Value)]),
            },
            ["Metadata"] = new JsonObject
            {
                ["LastTagTime"] = QueryTime.Written(detail.LastTagged),
            },
        };
        if (image.Configuration.Variant.Length > 0) document["Variant"] = image.Configuration.Variant;
        return document;
    }

    private static JsonNode Config(JsonNode? stored)
    {
        var config = stored?.DeepClone() ?? new JsonObject();
        if (config is not JsonObject fields) return config;
        foreach (var name in Lists.Where(name => fields[name] is JsonArray { Count: 0 })) fields[name] = null;
        return config;
    }

    /// <summary>With what older clients look for: before 1.50 all fields of the configuration; before 1.45 that by its
    /// other name, too; before 1.44 the size by its other name. Compose 1 takes the places of volumes from that other
    /// configuration when it makes a container anew, whatever version it has agreed on: with the newest Docker it fails
    /// at that.</summary>
    public static JsonObject For(HttpContext context, JsonObject image)
    {
        if (ApiVersion.IsBefore(context, minor: 50) && image["Config"] is JsonObject stored)
        {
            foreach (var (name, unsaid) in ConfigBefore50)
            {
                if (!stored.ContainsKey(name)) stored[name] = unsaid?.DeepClone();
            }
        }

        if (ApiVersion.IsBefore(context, minor: 44)) image["VirtualSize"] = image["Size"]!.GetValue<long>();
        if (image["Config"] is { } config && (ApiVersion.IsBefore(context, minor: 45) || IsCompose1(context.Request)))
            image["ContainerConfig"] = config.DeepClone();
        return image;
    }

    /// <summary>The same of one of a list: there an image without a name had one that says so before 1.43.</summary>
    public static JsonObject LineFor(HttpContext context, JsonObject line)
    {
        if (ApiVersion.IsBefore(context, minor: 43)
            && line["RepoTags"] is JsonArray { Count: 0 } tags && line["RepoDigests"] is JsonArray { Count: 0 } digests)
        {
            tags.Add("<none>:<none>");
            digests.Add("<none>@<none>");
        }

        return For(context, line);
    }

    private static bool IsCompose1(HttpRequest request) =>
        request.Headers.UserAgent.ToString().StartsWith("docker-compose/1.", StringComparison.Ordinal);

    public static JsonArray Tags(IEnumerable<ImageReference> names) =>
        [.. names.Where(name => name.Tag is not null).Select(name => (JsonNode)name.Familiar)];

    /// <summary>Only those by which a registry knows it.</summary>
    private static JsonArray Digests(IEnumerable<ImageReference> names) =>
        [.. names.Where(name => name.Tag is null).Select(name => (JsonNode)name.Familiar)];

    private static JsonObject Driver(ImmutableArray<StoredLayer> layers)
    {
        var trees = layers.Reverse().Select(layer => layer.Tree).Where(tree => tree.Length > 0).ToList();
        var places = new JsonObject();
        if (trees.Count > 1) places["LowerDir"] = string.Join(':', trees.Skip(1));
        if (trees.Count > 0) places["UpperDir"] = trees[0];
        return new JsonObject { ["Name"] = "overlay2", ["Data"] = places };
    }

    private static string LastComment(JsonObject stored) =>
        stored["history"] is JsonArray { Count: > 0 } history && history[^1] is JsonObject last
            ? Text(last, "comment")
            : "";

    private static string Text(JsonObject json, string name) =>
        json[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}

using System.Globalization;
using System.Text.Json.Nodes;
using Swarm.Core.Images;
using Swarm.Images;

namespace Swarm.Api.Images;

/// <summary>How an image came to be, newest step first, as <c>docker history</c> shows it.</summary>
internal static class ImageHistoryDocument
{
    private const string NotKept = "<missing>"; // what is no image of its own on this host

    /// <param name="find">An image that another one was built from.</param>
    public static JsonArray Of(ImageDetail detail, Func<Digest, ImageDetail?> find)
    {
        var stored = (JsonNode.Parse(detail.ConfigurationJson) as JsonObject)?["history"] as JsonArray ?? [];
        var steps = new List<JsonObject>();
        var layer = 0;
        foreach (var step in stored.OfType<JsonObject>())
        {
            var isEmpty = step["empty_layer"] is JsonValue empty && empty.TryGetValue<bool>(out var flag) && flag;
            var size = isEmpty || layer == detail.Layers.Length ? 0 : detail.Layers[layer++].Size.Value;
            steps.Add(Line(
                Seconds(step), Text(step, "created_by"), size, Text(step, "comment")));
        }

        // Who made an image without a history made its layers nevertheless.
        for (; layer < detail.Layers.Length; layer++)
            steps.Add(Line(detail.Image.Configuration.Created?.ToUnixTimeSeconds() ?? 0, "",
                detail.Layers[layer].Size.Value, ""));

        steps.Reverse();
        var made = detail;
        foreach (var step in steps)
        {
            step["Id"] = made.Image.Id.Value;
            step["Tags"] = ImageDocument.Tags(made.Image.Names) is { Count: > 0 } tags ? tags : null;
            if (made.Parent is not { } parent || find(parent) is not { } below) break;
            made = below;
        }

        return [.. steps];
    }

    private static JsonObject Line(long created, string by, long size, string comment) => new()
    {
        ["Id"] = NotKept,
        ["Created"] = created,
        ["CreatedBy"] = by,
        ["Tags"] = null,
        ["Size"] = size,
        ["Comment"] = comment,
    };

    private static long Seconds(JsonObject step) =>
        DateTimeOffset.TryParse(
            Text(step, "created"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUnixTimeSeconds()
            : 0;

    private static string Text(JsonObject json, string name) =>
        json[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}

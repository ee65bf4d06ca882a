using System.Text.Json.Nodes;
using Swarm.Images.Names;

namespace Swarm.Images.Manifests;

/// <summary>The history of an image, as its configuration keeps it: an entry for each layer, and some for none.
/// </summary>
internal static class ImageHistory
{
    /// <summary>Of one layer.</summary>
    public static JsonArray Begin(ImageHistoryEntry entry) => [Write(entry)];

    /// <summary>That of an image, with one entry more.</summary>
    /// <param name="configuration">The configuration below, as it is stored.</param>
    public static JsonArray Extend(byte[] configuration, KnownImage below, ImageHistoryEntry entry)
    {
        JsonArray history = [];
        if (JsonNode.Parse(configuration) is JsonObject read && read["history"] is JsonArray known)
            foreach (var one in known) history.Add(one?.DeepClone());
        // An image that was made without one has layers nevertheless.
        var layers = history.Count(one => one?["empty_layer"]?.GetValue<bool>() is not true);
        for (; layers < below.Layers.Length; layers++) history.Add(Write(new(below.Configuration.Created, "", "", "")));
        history.Add(Write(entry));
        return history;
    }

    private static JsonObject Write(ImageHistoryEntry entry)
    {
        var json = new JsonObject();
        if (entry.Created is { } created) json["created"] = created.UtcDateTime;
        if (entry.CreatedBy.Length > 0) json["created_by"] = entry.CreatedBy;
        if (entry.Author.Length > 0) json["author"] = entry.Author;
        if (entry.Comment.Length > 0) json["comment"] = entry.Comment;
        if (entry.HasNoLayer) json["empty_layer"] = true;
        return json;
    }
}

internal sealed record ImageHistoryEntry(DateTimeOffset? Created, string CreatedBy, string Author, string Comment)
{
    /// <summary>Whether it changed the configuration only.</summary>
    public bool HasNoLayer { get; init; }
}

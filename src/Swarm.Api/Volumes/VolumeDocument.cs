using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Swarm.Core;
using Swarm.Runtime.Volumes;

namespace Swarm.Api.Volumes;

/// <summary>A volume as clients are shown it.</summary>
internal static class VolumeDocument
{
    public static JsonObject Of(VolumeState volume) => new()
    {
        ["CreatedAt"] = volume.CreatedAt.UtcDateTime.ToString(
            "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        ["Driver"] = VolumeReading.Driver,
        ["Labels"] = Texts(volume.Definition.Labels),
        ["Mountpoint"] = volume.Mountpoint,
        ["Name"] = volume.Name,
        ["Options"] = Texts(volume.Definition.Options),
        ["Scope"] = "local",
    };

    /// <param name="size">Of its files.</param>
    public static JsonObject WithUse(VolumeState volume, Bytes size)
    {
        var document = Of(volume);
        document["UsageData"] = new JsonObject { ["RefCount"] = volume.Users.Length, ["Size"] = size.Value };
        return document;
    }

    private static JsonObject? Texts(ImmutableSortedDictionary<string, string> texts)
    {
        if (texts.IsEmpty) return null;
        var document = new JsonObject();
        foreach (var (name, value) in texts) document[name] = value;
        return document;
    }
}

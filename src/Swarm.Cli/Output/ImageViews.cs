using System.Globalization;
using System.Text.Json.Nodes;
using Swarm.Client.Images;

namespace Swarm.Cli.Output;

internal static class ImageViews
{
    public static string[] Row(ImageListing image) =>
        [image.Tags.IsEmpty ? "<none>" : string.Join(", ", image.Tags), ShortId(image.Id), Texts.Size(image.SizeBytes),
            image.Nodes.ToString(CultureInfo.InvariantCulture), Texts.Time(image.CreatedAt)[..19]];

    public static JsonNode Json(ImageListing image) => new JsonObject
    {
        ["id"] = image.Id,
        ["tags"] = Texts.Array(image.Tags),
        ["sizeBytes"] = image.SizeBytes,
        ["nodes"] = image.Nodes,
        ["createdAt"] = Texts.Time(image.CreatedAt),
    };

    private static string ShortId(string id) =>
        id[(id.IndexOf(':', StringComparison.Ordinal) + 1)..] is { Length: > 12 } digits ? digits[..12] : id;
}

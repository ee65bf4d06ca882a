using System.Globalization;
using System.Text.Json.Nodes;
using Swarm.Client.Images;

namespace Swarm.Cli.Output;

internal static class ImageViews
{
    public static string[] Columns { get; } = ["NAME", "ID", "SIZE", "NODES", "HERE", "CREATED"];

    public static string[] WithDigests { get; } = ["NAME", "DIGEST", "ID", "SIZE", "NODES", "HERE", "CREATED"];

    public static string[] Row(ImageListing image) =>
    [
        image.Tags.IsEmpty ? "<none>" : string.Join(", ", image.Tags), ShortId(image.Id), Texts.Size(image.SizeBytes),
        image.Nodes.ToString(CultureInfo.InvariantCulture), image.IsHere ? "yes" : "no",
        image.CreatedAt == DateTimeOffset.UnixEpoch ? "" : Texts.Time(image.CreatedAt)[..19],
    ];

    public static string[] RowWithDigests(ImageListing image) =>
    [
        Row(image)[0],
        image.Digests.IsEmpty
            ? "<none>"
            : string.Join(", ", image.Digests.Select(name => name.Split('@')[^1]).Distinct()),
        .. Row(image)[1..],
    ];

    public static JsonNode Json(ImageListing image) => new JsonObject
    {
        ["id"] = image.Id,
        ["tags"] = Texts.Array(image.Tags),
        ["digests"] = Texts.Array(image.Digests),
        ["sizeBytes"] = image.SizeBytes,
        ["nodes"] = image.Nodes,
        ["here"] = image.IsHere,
        ["createdAt"] = image.CreatedAt == DateTimeOffset.UnixEpoch ? null : Texts.Time(image.CreatedAt),
    };

    private static string ShortId(string id) =>
        id[(id.IndexOf(':', StringComparison.Ordinal) + 1)..] is { Length: > 12 } digits ? digits[..12] : id;
}

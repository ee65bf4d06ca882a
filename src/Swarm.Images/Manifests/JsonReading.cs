using System.Collections.Immutable;
using System.Text.Json;
using Swarm.Core.Images;

namespace Swarm.Images.Manifests;

/// <summary>Reads JSON that strangers wrote: bounded, and every surprise named with its place.</summary>
internal sealed class JsonReading(JsonElement element, string place)
{
    /// <summary>The largest manifest, index or configuration that is read.</summary>
    public const int DocumentBytesMax = 8 * 1024 * 1024;

    private const int DepthMax = 32;

    public string Place => place;

    public bool IsTrue => element.ValueKind == JsonValueKind.True;

    public bool IsText => element.ValueKind == JsonValueKind.String;

    public bool IsObject => element.ValueKind == JsonValueKind.Object;

    /// <param name="subject">How errors name the document.</param>
    public static JsonReading Parse(byte[] content, string subject)
    {
        try
        {
            using var document = JsonDocument.Parse(content, new JsonDocumentOptions { MaxDepth = DepthMax });
            return new JsonReading(document.RootElement.Clone(), subject);
        }
        catch (JsonException broken)
        {
            throw new ImageException(ImageFault.Invalid, $"{subject}: {broken.Message}", broken);
        }
    }

    /// <returns>Null when missing or null.</returns>
    public JsonReading? Find(string name)
    {
        if (!IsObject) throw Invalid("is no object");
        return element.TryGetProperty(name, out var found) && found.ValueKind != JsonValueKind.Null
            ? new JsonReading(found, $"{place}: {name}")
            : null;
    }

    public JsonReading Get(string name) => Find(name) ?? throw Invalid($"has no {name}");

    public ImmutableArray<JsonReading> Items()
    {
        if (element.ValueKind != JsonValueKind.Array) throw Invalid("is no list");
        return [.. element.EnumerateArray().Select((item, index) => new JsonReading(item, $"{place}[{index}]"))];
    }

    public ImmutableSortedDictionary<string, JsonReading> Members()
    {
        if (!IsObject) throw Invalid("is no object");
        var members = ImmutableSortedDictionary.CreateBuilder<string, JsonReading>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            members[member.Name] = new JsonReading(member.Value, $"{place}: {member.Name}");
        }

        return members.ToImmutable();
    }

    public string Text()
    {
        if (element.ValueKind != JsonValueKind.String) throw Invalid("is no text");
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException broken)
        {
            throw new ImageException(ImageFault.Invalid, $"{place}: is no text: {broken.Message}", broken);
        }
    }

    public long Number() =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var number)
            ? number
            : throw Invalid("is no whole number of 64 bits");

    /// <summary>Whether it says <c>true</c> of a name.</summary>
    public bool Flag(string name) => Find(name) is { } found && found.IsTrue;

    public DateTimeOffset? Time() =>
        element.ValueKind == JsonValueKind.String && element.TryGetDateTimeOffset(out var time) ? time : null;

    public Digest Digest() =>
        Core.Images.Digest.TryParse(Text(), out var digest)
            ? digest
            : throw Invalid($"'{Text()}' is no sha256 digest");

    public string TextOr(string name, string otherwise) => Find(name)?.Text() ?? otherwise;

    public ImmutableArray<string> Texts(string name) => [.. Find(name)?.Items().Select(item => item.Text()) ?? []];

    public ImageException Invalid(string what) => new(ImageFault.Invalid, $"{place}: {what}");
}

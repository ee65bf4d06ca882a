using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;

namespace Swarm.Api.Http;

/// <summary>The fields of one object of a request's JSON. What is missing or null has its default; what is of the
/// wrong kind is named in the error.</summary>
/// <remarks>A field is found also where its name is written with other capitals, as by Docker, which reads requests so:
/// https://pkg.go.dev/encoding/json#Unmarshal.</remarks>
/// <param name="path">Where the object stands, for errors; empty for the whole body.</param>
internal sealed class JsonFields(JsonObject fields, string path = "")
{
    private const int DeepestBody = 32;

    /// <summary>Bodies beyond this are no description of anything.</summary>
    private const int LargestBody = 4 * 1024 * 1024;

    public JsonObject Node => fields;

    /// <summary>Reads the body of a request; an empty one has no fields.</summary>
    /// <exception cref="ApiException">It is no JSON object, or too large.</exception>
    public static async Task<JsonFields> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int count; (count = await request.Body.ReadAsync(buffer, cancellation)) > 0;)
        {
            body.Write(buffer, 0, count);
            if (body.Length > LargestBody)
                throw new ApiException(StatusCodes.Status413PayloadTooLarge, "the body is larger than 4 MiB");
        }

        return Parse(body.GetBuffer().AsSpan(0, (int)body.Length));
    }

    /// <exception cref="ApiException">It is no JSON object.</exception>
    public static JsonFields Parse(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text.Trim(" \t\r\n"u8).SequenceEqual("null"u8)) return new JsonFields([]);
        // Of a name it would be found only when it is looked for.
        if (!Utf8.IsValid(text)) throw new ApiException(StatusCodes.Status400BadRequest, "invalid JSON: no UTF-8");
        try
        {
            var options = new JsonDocumentOptions { MaxDepth = DeepestBody, AllowDuplicateProperties = false };
            var fields = JsonNode.Parse(text, documentOptions: options) as JsonObject
                ?? throw new JsonException("it is no object");
            _ = fields.ToJsonString(); // half of a character is found now
            return new JsonFields(fields);
        }
        catch (Exception wrong) when (wrong is JsonException or ArgumentException or InvalidOperationException)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, $"invalid JSON: {wrong.Message}");
        }
    }

    /// <summary>Gives fields these names where they are written with other capitals, for who shows them again. Of one
    /// that is written in several ways the last stays.</summary>
    public void Rename(IEnumerable<string> known)
    {
        foreach (var name in known)
        {
            string[] written = [.. KeysOf(name)];
            if (written is [] || (written is [var only] && only == name)) continue;
            var value = fields[written[^1]];
            foreach (var key in written) fields.Remove(key);
            fields[name] = value;
        }
    }

    /// <summary>Passes a field over, however it is written.</summary>
    public void Drop(string name)
    {
        foreach (var key in KeysOf(name).ToList()) fields.Remove(key);
    }

    /// <returns>Null where it is missing, or null.</returns>
    public JsonNode? Find(string name) =>
        fields.TryGetPropertyValue(name, out var value) ? value
        : KeysOf(name).LastOrDefault() is { } key ? fields[key]
        : null;

    public bool Has(string name) => Find(name) is not null;

    /// <summary>Empty where it is missing.</summary>
    public JsonFields Object(string name) => Find(name) switch
    {
        null => new JsonFields([], PathOf(name)),
        JsonObject found => new JsonFields(found, PathOf(name)),
        _ => throw Wrong(name, "an object"),
    };

    public string Text(string name) => Find(name) is { } value ? Value<string>(value, name, "a string") : "";

    public bool Flag(string name) => Find(name) is { } value && Value<bool>(value, name, "true or false");

    /// <summary>0 where it is missing.</summary>
    public long Number(string name) => Find(name) is { } value ? Value<long>(value, name, "a whole number") : 0;

    public TimeSpan Nanoseconds(string name) => TimeSpan.FromTicks(Number(name) / TimeSpan.NanosecondsPerTick);

    /// <summary>A list of strings, or one string; null where it is missing.</summary>
    public ImmutableArray<string>? Words(string name) => Find(name) switch
    {
        null => null,
        JsonArray list =>
            [.. list.Select(item => item is null ? "" : Value<string>(item, name, "a list of strings"))],
        JsonValue one => [Value<string>(one, name, "a list of strings")],
        _ => throw Wrong(name, "a list of strings"),
    };

    /// <summary>An object whose values are strings.</summary>
    public ImmutableSortedDictionary<string, string> Texts(string name)
    {
        var texts = Object(name);
        return texts.Node.ToImmutableSortedDictionary(
            text => text.Key, text => texts.Text(text.Key), StringComparer.Ordinal);
    }

    /// <summary>A list of objects.</summary>
    public ImmutableArray<JsonFields> Objects(string name) => Find(name) switch
    {
        null => [],
        JsonArray list => [.. list.Select((item, at) => item is JsonObject found
            ? new JsonFields(found, $"{PathOf(name)}[{at}]")
            : throw Wrong(name, "a list of objects"))],
        _ => throw Wrong(name, "a list of objects"),
    };

    /// <summary>Names of the fields.</summary>
    public IEnumerable<string> Names => fields.Select(pair => pair.Key);

    public string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";

    /// <summary>Whether it says nothing: missing, null, empty, zero or false.</summary>
    public bool IsDefault(string name) => Find(name) switch
    {
        null => true,
        JsonObject found => found.Count == 0,
        JsonArray list => list.Count == 0,
        JsonValue value when value.TryGetValue<string>(out var text) => text.Length == 0,
        JsonValue value when value.TryGetValue<bool>(out var flag) => !flag,
        JsonValue value when value.TryGetValue<double>(out var number) => number == 0,
        _ => false,
    };

    /// <summary>No path, name or argument of a program has a byte of zero, which ends it.</summary>
    /// <exception cref="ApiException">A text has one, or a name of a field.</exception>
    public void RefuseZeros()
    {
        foreach (var (name, value) in fields) RefuseZeros(PathOf(name), name, value);
    }

    private static void RefuseZeros(string place, string name, JsonNode? value)
    {
        var isText = value is JsonValue one && one.TryGetValue<string>(out var text) && text.Contains('\0');
        if (isText || name.Contains('\0'))
        {
            throw new ApiException(
                StatusCodes.Status400BadRequest,
                $"invalid JSON: {place.Replace("\0", "\\0", StringComparison.Ordinal)} has a byte of zero in its text");
        }

        if (value is JsonObject found) new JsonFields(found, place).RefuseZeros();
        if (value is not JsonArray list) return;
        for (var at = 0; at < list.Count; at++) RefuseZeros($"{place}[{at}]", "", list[at]);
    }

    private IEnumerable<string> KeysOf(string name) =>
        Names.Where(key => key.Equals(name, StringComparison.OrdinalIgnoreCase));

    private T Value<T>(JsonNode node, string name, string kind) =>
        node is JsonValue value && value.TryGetValue<T>(out var found) ? found : throw Wrong(name, kind);

    private ApiException Wrong(string name, string kind) =>
        new(StatusCodes.Status400BadRequest, $"invalid JSON: {PathOf(name)} must be {kind}");
}

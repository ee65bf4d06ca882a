using System.Collections.Immutable;
using System.Net;
using System.Text.Json;

namespace Swarm.Client.Images;

/// <summary>Reads what the Docker Engine API answers about images.</summary>
internal static class ImageAnswers
{
    public static ImmutableArray<ImageListing> Listings(Stream body)
    {
        using var json = JsonDocument.Parse(body);
        return [.. json.RootElement.EnumerateArray().Select(image => new ImageListing(
            Text(image, "Id"),
            Texts(image, "RepoTags"),
            image.TryGetProperty("Size", out var size) ? size.GetInt64() : 0,
            DateTimeOffset.FromUnixTimeSeconds(image.TryGetProperty("Created", out var created)
                ? created.GetInt64()
                : 0))
        {
            Nodes = image.TryGetProperty("Nodes", out var nodes) ? nodes.GetInt32() : 1,
            Digests = Texts(image, "RepoDigests"),
            IsHere = !image.TryGetProperty("Here", out var here) || here.GetBoolean(),
        })];
    }

    public static ImmutableArray<string> Warnings(Stream body)
    {
        using var json = JsonDocument.Parse(body);
        return json.RootElement.TryGetProperty("Warnings", out var warnings)
            && warnings.ValueKind == JsonValueKind.Array
            ? [.. warnings.EnumerateArray().Select(warning => warning.GetString() ?? "")]
            : [];
    }

    public static ImmutableArray<string> Removals(Stream body)
    {
        using var json = JsonDocument.Parse(body);
        return [.. json.RootElement.EnumerateArray().SelectMany(item => item.EnumerateObject())
            .Select(removed => $"{removed.Name}: {removed.Value.GetString()}")];
    }

    /// <summary>Lines of a stream of progress objects.</summary>
    /// <exception cref="SwarmRefusedException">It broke off with an error, inside an answer
    /// that began well.</exception>
    public static async Task<ImmutableArray<string>> ProgressAsync(Stream body, CancellationToken cancellation)
    {
        var lines = ImmutableArray.CreateBuilder<string>();
        using var reader = new StreamReader(body);
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            if (Parse(line) is not { } json)
                throw new SwarmRefusedException($"the node answered '{line}', which is not understood", false);
            using (json)
            {
                var error = Text(json.RootElement, "error");
                if (error.Length > 0) throw new SwarmRefusedException(error, notFound: false);
                var text = Text(json.RootElement, "stream") is { Length: > 0 } stream
                    ? stream
                    : Text(json.RootElement, "status");
                if (text.Trim().Length > 0) lines.Add(text.Trim());
            }
        }

        return lines.ToImmutable();
    }

    /// <summary>What an answer that is an error means.</summary>
    /// <param name="sent">The request carried an archive, which the answer is then about.</param>
    public static Exception Refusal(string body, HttpStatusCode status, bool sent)
    {
        var message = Message(body, status);
        return status switch
        {
            HttpStatusCode.BadRequest or HttpStatusCode.NotImplemented when sent =>
                new SwarmRefusedException($"the node cannot take the archive: {message}", notFound: false)
                {
                    IsBadInput = true,
                },
            >= HttpStatusCode.InternalServerError when status != HttpStatusCode.NotImplemented =>
                new HttpRequestException($"the node failed: {message}"),
            _ => new SwarmRefusedException(message, status == HttpStatusCode.NotFound),
        };
    }

    private static string Message(string body, HttpStatusCode status)
    {
        using var json = Parse(body);
        var message = json is null ? body.Trim() : Text(json.RootElement, "message");
        return message.Length > 0 ? message : $"it answered {(int)status}";
    }

    private static JsonDocument? Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ImmutableArray<string> Texts(JsonElement from, string name) =>
        from.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(item => item.GetString() ?? "")]
            : [];

    private static string Text(JsonElement from, string name) =>
        from.ValueKind == JsonValueKind.Object
            && from.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String
            ? value.GetString() ?? "" : "";
}

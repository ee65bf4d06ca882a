using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Core.Containers;

namespace Swarm.Api.Containers;

/// <summary>The size of a client's terminal, which one that is made for it has from the start.</summary>
internal static class ConsoleSizeReading
{
    private const string Field = "ConsoleSize";

    /// <summary>The kernel knows no larger one.</summary>
    private const int Largest = ushort.MaxValue;

    /// <summary>Clients before 1.42 say it, and do not mean it.</summary>
    public static void DropWhereNotMeant(HttpContext context, JsonFields asked)
    {
        if (ApiVersion.IsBefore(context, 42)) asked.Drop(Field);
    }

    /// <summary>Height and width.</summary>
    /// <returns>Null where it is not said, or is that of no terminal: zero.</returns>
    /// <exception cref="ApiException">It is no size.</exception>
    public static ConsoleSize? Read(JsonFields asked) => asked.Find(Field) switch
    {
        null => null,
        JsonArray { Count: 2 } size when Number(size[0]) is { } height && Number(size[1]) is { } width =>
            height > 0 && width > 0 ? new ConsoleSize(height, width) : null,
        _ => throw new ApiException(
            StatusCodes.Status400BadRequest,
            $"invalid JSON: {asked.PathOf(Field)} must be a height and a width, each between 0 and {Largest}"),
    };

    private static int? Number(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<int>(out var number) && number is >= 0 and <= Largest
            ? number
            : null;
}

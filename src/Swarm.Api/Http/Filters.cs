using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Swarm.Api.Http;

/// <summary>The <c>filters</c> of a query: <c>{"label":{"a=b":true}}</c> or <c>{"label":["a=b"]}</c>.</summary>
/// <remarks>Several values of one key are alternatives, but for labels, which must all hold; several keys must all
/// hold.</remarks>
internal sealed class Filters
{
    private const string LabelKey = "label";

    private readonly ImmutableSortedDictionary<string, ImmutableArray<string>> _values;

    private Filters(ImmutableSortedDictionary<string, ImmutableArray<string>> values) => _values = values;

    /// <param name="known">The keys that there are.</param>
    /// <exception cref="ApiException">It is no such JSON, or has another key.</exception>
    public static Filters Read(HttpRequest request, params ReadOnlySpan<string> known)
    {
        var text = request.Query.Text("filters");
        var values = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<string>>(StringComparer.Ordinal);
        if (text.Length == 0) return new Filters(values.ToImmutable());
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind == JsonValueKind.Null) return new Filters(values.ToImmutable());
            foreach (var filter in document.RootElement.EnumerateObject())
                values[filter.Name] = ValuesOf(filter.Value);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, $"invalid filters: {text}");
        }

        foreach (var key in values.Keys)
        {
            if (!known.Contains(key))
                throw new ApiException(StatusCodes.Status400BadRequest, $"invalid filter '{key}'");
        }

        return new Filters(values.ToImmutable());
    }

    public ImmutableArray<string> this[string key] => _values.GetValueOrDefault(key, []);

    public bool Has(string key) => _values.ContainsKey(key);

    /// <summary>Whether one of the values of a key fits; true where there is no such key.</summary>
    public bool Fits(string key, Func<string, bool> fits) => !_values.TryGetValue(key, out var values)
        || values.IsEmpty || values.Any(fits);

    /// <summary>Whether the labels hold: <c>name</c> or <c>name=value</c>, each of them.</summary>
    public bool FitsLabels(IReadOnlyDictionary<string, string> labels) =>
        this[LabelKey].All(wanted => HasLabel(labels, wanted));

    /// <summary>Whether there is a label <c>name</c>, or one <c>name=value</c>.</summary>
    public static bool HasLabel(IReadOnlyDictionary<string, string> labels, string wanted)
    {
        var equals = wanted.IndexOf('=', StringComparison.Ordinal);
        return equals < 0
            ? labels.ContainsKey(wanted)
            : labels.TryGetValue(wanted[..equals], out var value) && value == wanted[(equals + 1)..];
    }

    /// <summary>A truth value.</summary>
    /// <exception cref="ApiException">It is neither true nor false.</exception>
    public bool? Flag(string key) => this[key] switch
    {
        [] => null,
        ["true" or "1" or "True" or "TRUE" or "t" or "T"] => true,
        ["false" or "0" or "False" or "FALSE" or "f" or "F"] => false,
        var other => throw new ApiException(
            StatusCodes.Status400BadRequest, $"invalid filter '{key}={string.Join(',', other)}'"),
    };

    private static ImmutableArray<string> ValuesOf(JsonElement values) => values.ValueKind switch
    {
        JsonValueKind.Null => [],
        JsonValueKind.Array => [.. values.EnumerateArray().Select(value => value.GetString() ?? "")],
        _ => [.. values.EnumerateObject().Where(value => value.Value.GetBoolean()).Select(value => value.Name)],
    };
}

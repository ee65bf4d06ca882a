using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Swarm.Daemon.Tests.Seed;

/// <summary>What became of a field of Docker's documents since 2015.</summary>
internal abstract record SeedRule
{
    private SeedRule(string field, string fate) => (Field, Fate) = (field, fate);

    /// <summary>As <c>Config.Memory</c>.</summary>
    public string Field { get; }

    /// <summary>In words, as in docs/seed-containers.md.</summary>
    public string Fate { get; }

    /// <summary>It stands elsewhere with the same value.</summary>
    public sealed record Moved(string From, string To) : SeedRule(From, $"moved to `{To}`");

    /// <summary>There is no such field any more.</summary>
    public sealed record Died(string From, string Why) : SeedRule(From, $"died: {Why}");

    /// <summary>The same is said in other words.</summary>
    /// <param name="Then">JSON.</param>
    /// <param name="Now">JSON.</param>
    public sealed record Reworded(string From, string Then, string Now, string Why)
        : SeedRule(From, $"`{Then}` is `{Now}`: {Why}");

    /// <summary>Each container has its own.</summary>
    /// <param name="Pattern">What it looks like.</param>
    public sealed record Own(string From, string Pattern, string Why) : SeedRule(From, $"its own: {Why}");

    /// <summary>It is told in another form.</summary>
    /// <param name="Fault">What is wrong with a document of today, beside the value of then; empty: nothing.</param>
    public sealed record Told(string From, string How, Func<JsonNode?, JsonObject, string> Fault) : SeedRule(From, How);

    /// <returns>What is wrong; empty when nothing is.</returns>
    public string FaultOf(JsonNode? then, JsonObject today) => this switch
    {
        Moved moved => Compare(then, Find(today, moved.To), moved.To),
        Died => Find(today, Field) is null ? "" : $"it is there: {Find(today, Field)!.ToJsonString()}",
        Reworded reworded when JsonNode.DeepEquals(then, JsonNode.Parse(reworded.Then)) =>
            Compare(JsonNode.Parse(reworded.Now), Find(today, Field), Field),
        Reworded => Compare(then, Find(today, Field), Field),
        Own own when Regex.IsMatch($"{Find(today, Field)}", own.Pattern) => "",
        Own own => $"{Find(today, Field)} is not {own.Pattern}",
        Told told => told.Fault(then, today),
        _ => throw new System.Diagnostics.UnreachableException($"no way to judge {this}"),
    };

    public static string Compare(JsonNode? expected, JsonNode? actual, string at) =>
        JsonNode.DeepEquals(expected, actual)
            ? ""
            : $"{at} is {actual?.ToJsonString() ?? "null"}, not {expected?.ToJsonString() ?? "null"}";

    /// <returns>Null where there is none, and where it says so.</returns>
    public static JsonNode? Find(JsonObject document, string field) => field.Split('.').Aggregate(
        (JsonNode?)document, (node, name) => node is JsonObject found ? found[name] : null);
}

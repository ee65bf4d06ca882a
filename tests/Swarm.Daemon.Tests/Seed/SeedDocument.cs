using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Swarm.Daemon.Tests.Seed;

/// <summary>One of the documents of <c>docker inspect</c> of 2015.</summary>
internal sealed class SeedDocument(JsonObject document)
{
    /// <summary>Objects whose fields are Docker's; the keys of all others are the user's.</summary>
    private static readonly string[] Parts = ["Config", "HostConfig", "NetworkSettings", "State"];

    public static SeedDocument Postgres { get; } = Read("postgres");

    public static SeedDocument WebApplication { get; } = Read("webapp");

    public string Name => Find("Name")!.GetValue<string>().TrimStart('/');

    public ImmutableArray<string> Fields { get; } =
    [
        .. document.SelectMany(field => Parts.Contains(field.Key)
            ? field.Value!.AsObject().Select(part => $"{field.Key}.{part.Key}")
            : [field.Key]),
    ];

    public JsonNode? Find(string field) => SeedRule.Find(document, field);

    public IEnumerable<string> Words(string field) =>
        (Find(field) as JsonArray ?? []).Select(word => word!.GetValue<string>());

    public IEnumerable<string> Names(string field) => (Find(field) as JsonObject ?? []).Select(pair => pair.Key);

    /// <summary>What of it is not so today, though the table does not say that it changed.</summary>
    public IEnumerable<string> FaultsOf(JsonObject today)
    {
        var rules = SeedTable.Rules.ToDictionary(rule => rule.Field);
        foreach (var field in Fields)
        {
            var then = Find(field);
            var fault = rules.TryGetValue(field, out var rule)
                ? rule.FaultOf(then, today)
                : SeedRule.Compare(then, SeedRule.Find(today, field), field);
            if (fault.Length > 0) yield return $"{field}: {fault}";
        }
    }

    private static SeedDocument Read(string name)
    {
        var path = Repository.At($"tests/Swarm.Daemon.Tests/Seed/{name}-container.inspect.json");
        return new SeedDocument(JsonNode.Parse(File.ReadAllText(path))![0]!.AsObject());
    }
}

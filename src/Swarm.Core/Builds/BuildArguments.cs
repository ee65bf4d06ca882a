using System.Collections.Immutable;

namespace Swarm.Core.Builds;

/// <summary>The arguments of a build: those that were given, and what the Dockerfile declares.</summary>
/// <remarks>https://docs.docker.com/reference/dockerfile/#arg</remarks>
public sealed record BuildArguments
{
    private static readonly ImmutableHashSet<string> Predefined = new[] { "http", "https", "ftp", "no", "all" }
        .SelectMany(kind => new[] { kind + "_proxy", kind.ToUpperInvariant() + "_PROXY" })
        .ToImmutableHashSet(StringComparer.Ordinal);

    private static readonly ImmutableDictionary<string, string?> None =
        ImmutableDictionary.Create<string, string?>(StringComparer.Ordinal);

    /// <summary>Those that the client gave; null takes back what the Dockerfile says.</summary>
    public ImmutableDictionary<string, string?> Given { get; init; } = None;

    private ImmutableDictionary<string, string?> Global { get; init; } = None;

    private ImmutableDictionary<string, string?> OfStage { get; init; } = None;

    private ImmutableHashSet<string> Consumed { get; init; } = [];

    /// <summary>Given, and declared by nobody.</summary>
    public ImmutableArray<string> Unconsumed =>
    [
        .. Given.Keys.Where(name => !Consumed.Contains(name) && !Predefined.Contains(name))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Declares one before the first stage.</summary>
    public BuildArguments DeclareGlobally(DeclaredArgument declared)
    {
        ArgumentNullException.ThrowIfNull(declared);
        return this with
        {
            Global = Global.SetItem(declared.Name, declared.Default),
            Consumed = Consumed.Add(declared.Name),
        };
    }

    /// <summary>A stage knows nothing of what the stage before it declared.</summary>
    public BuildArguments BeginStage() => this with { OfStage = None };

    /// <summary>Declares one in a stage: without a default, that of one before the first stage counts.</summary>
    public BuildArguments Declare(DeclaredArgument declared)
    {
        ArgumentNullException.ThrowIfNull(declared);
        return this with
        {
            OfStage = OfStage.SetItem(declared.Name, declared.Default ?? FindGlobal(declared.Name)),
            Consumed = Consumed.Add(declared.Name),
        };
    }

    /// <summary>The value of one that is declared before the first stage.</summary>
    public string? FindGlobal(string name) => Global.TryGetValue(name, out var declared)
        ? Given.GetValueOrDefault(name) ?? declared
        : null;

    /// <summary>The value of one that the stage declares, or that needs no declaring.</summary>
    public string? Find(string name) => OfStage.TryGetValue(name, out var declared)
        ? Given.GetValueOrDefault(name) ?? declared
        : Predefined.Contains(name) ? Given.GetValueOrDefault(name) : null;

    /// <summary>What a program of the stage gets of them, as <c>NAME=value</c>.</summary>
    /// <param name="environment">The stage's: what it sets is not set again.</param>
    public ImmutableArray<string> ForProgram(ImmutableArray<string> environment) =>
        Entries(environment, OfStage.Keys.Union(Predefined));

    /// <summary>The same without what makes no difference to the result: proxies that nobody declared.</summary>
    public ImmutableArray<string> ForCache(ImmutableArray<string> environment) => Entries(environment, OfStage.Keys);

    private ImmutableArray<string> Entries(ImmutableArray<string> environment, IEnumerable<string> names)
    {
        var set = environment.Select(entry => entry.Split('=', 2)[0]).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. names.Where(name => !set.Contains(name))
                .Order(StringComparer.Ordinal)
                .Select(name => (Name: name, Value: Find(name)))
                .Where(entry => entry.Value is not null)
                .Select(entry => $"{entry.Name}={entry.Value}"),
        ];
    }
}

using System.Collections.Immutable;

namespace Swarm.Client.Compose.Yaml;

/// <summary>A place in a file, from 1.</summary>
/// <param name="File">Null means the Compose file itself.</param>
internal readonly record struct Position(int Line, int Column, string? File = null);

/// <summary>A value of a YAML file with the place it stands at.</summary>
/// <remarks>Aliases and merge keys are followed already, variables filled in.</remarks>
internal abstract record YamlValue(Position At)
{
    /// <summary>How many values it holds, itself included.</summary>
    public abstract long Count { get; }
}

/// <param name="IsPlain">Written without quotes, so that <c>null</c> and <c>true</c> mean what
/// they mean in YAML.</param>
internal sealed record YamlText(Position At, string Text, bool IsPlain) : YamlValue(At)
{
    public override long Count => 1;

    public bool IsNull => IsPlain && (Text is "" or "~" or "null" or "Null" or "NULL");

    public bool? AsBoolean => Text switch
    {
        "true" or "True" or "TRUE" => true,
        "false" or "False" or "FALSE" => false,
        _ => null,
    };
}

internal sealed record YamlList(Position At, ImmutableArray<YamlValue> Items) : YamlValue(At)
{
    public override long Count { get; } = 1 + Items.Sum(item => item.Count);
}

internal sealed record YamlMap(Position At, ImmutableArray<YamlEntry> Entries) : YamlValue(At)
{
    public override long Count { get; } = 1 + Entries.Sum(entry => entry.Value.Count);
}

internal sealed record YamlEntry(YamlText Key, YamlValue Value);

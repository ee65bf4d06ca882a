using System.Collections.Immutable;
using Swarm.Client.Compose.Yaml;

namespace Swarm.Client.Compose;

/// <summary>What may be written as a mapping or as a list of <c>NAME=value</c>.</summary>
internal static class KeyValues
{
    /// <returns>Names with their values, in order; null where the file gives a name only.</returns>
    public static IReadOnlyList<(string Name, string? Value, Field Field)> Read(Field field)
    {
        var result = new List<(string, string?, Field)>();
        if (field.Value is YamlList)
        {
            foreach (var (text, item) in field.Texts())
            {
                var split = text.IndexOf('=', StringComparison.Ordinal);
                Add(split < 0 ? text : text[..split], split < 0 ? null : text[(split + 1)..], item);
            }
        }
        else
        {
            foreach (var (key, value) in field.Entries())
            {
                if (value.IsNull) Add(key.Text, null, value);
                else if (value.Value is YamlText { AsBoolean: not null } boolean) Add(key.Text, boolean.Text, value);
                else if (value.Text() is { } text) Add(key.Text, text, value);
            }
        }

        return result;

        void Add(string name, string? value, Field at)
        {
            if (name.Length == 0 || name.Any(c => c is '=' or '\0')) at.Refuse($"'{name}' is not a name");
            else result.Add((name, value, at));
        }
    }

    /// <summary>Labels: a name without a value has the empty one.</summary>
    public static ImmutableSortedDictionary<string, string> Labels(Field field)
    {
        var labels = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, value, _) in Read(field)) labels[name] = value ?? "";
        return labels.ToImmutable();
    }
}

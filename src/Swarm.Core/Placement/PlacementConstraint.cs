using System.Diagnostics.CodeAnalysis;
using Swarm.Core.Nodes;

namespace Swarm.Core.Placement;

/// <summary>One condition on a node, as <c>node.labels.zone==a</c>.</summary>
/// <remarks>As in Docker, values compare without regard to case, keys of labels with it.</remarks>
internal sealed record PlacementConstraint(string Text, string Key, bool Equal, string Value)
{
    private const string LabelPrefix = "node.labels.";

    private static readonly string[] Keys = ["node.id", "node.hostname", "node.platform.os", "node.platform.arch"];

    /// <summary>Nodes with equal labels and platform may still differ in it.</summary>
    public bool IsOfOneNode => Key is "node.id" or "node.hostname";

    /// <summary>What is wrong with the constraint, naming it; null when nothing is.</summary>
    public static string? Problem(string text) => TryParse(text, out _, out var problem) ? null : problem;

    /// <summary>What is wrong with something to spread over, naming it; null when nothing is.</summary>
    public static string? SpreadProblem(string key) =>
        key.StartsWith(LabelPrefix, StringComparison.Ordinal) && key.Length > LabelPrefix.Length
            ? null : $"spread over '{key}': only node.labels.NAME can be spread over";

    public static bool TryParse(
        string text, [NotNullWhen(true)] out PlacementConstraint? constraint, [NotNullWhen(false)] out string? problem)
    {
        constraint = null;
        var at = text.IndexOf("==", StringComparison.Ordinal);
        var not = text.IndexOf("!=", StringComparison.Ordinal);
        var equal = at >= 0 && (not < 0 || at < not);
        var split = equal ? at : not;
        problem = null;
        if (split < 0)
        {
            problem = $"constraint '{text}': neither == nor != in it";
            return false;
        }

        var (key, value) = (text[..split].Trim(), text[(split + 2)..].Trim());
        if (!Keys.Contains(key)
            && !(key.StartsWith(LabelPrefix, StringComparison.Ordinal) && key.Length > LabelPrefix.Length))
        {
            problem = $"constraint '{text}': '{key}' is none of {string.Join(", ", Keys)}, {LabelPrefix}NAME";
        }
        else if (value.Length == 0)
        {
            problem = $"constraint '{text}': nothing to compare with";
        }

        if (problem is not null) return false;
        constraint = new PlacementConstraint(key + (equal ? "==" : "!=") + value, key, equal, value);
        return true;
    }

    public bool Allows(NodeDescription node, NodeSettings settings) =>
        string.Equals(ValueOf(Key, node, settings), Value, StringComparison.OrdinalIgnoreCase) == Equal;

    /// <summary>A label that is not set has the empty value.</summary>
    public static string ValueOf(string key, NodeDescription node, NodeSettings settings) => key switch
    {
        "node.id" => node.Id.Value,
        "node.hostname" => node.Name,
        "node.platform.os" => node.OperatingSystem,
        "node.platform.arch" => node.Architecture,
        _ => settings.Labels.GetValueOrDefault(key[LabelPrefix.Length..])
            ?? node.Labels.GetValueOrDefault(key[LabelPrefix.Length..]) ?? "",
    };
}

using System.Text.RegularExpressions;
using Swarm.Core.Containers;

namespace Swarm.Api.Containers;

/// <summary>What is said of each line of a log to those who ask for details: labels, variables, and a tag.</summary>
internal static class LogDetails
{
    /// <returns>As <c>a=1,b=2</c>; empty where nothing is said.</returns>
    public static string Of(ShownContainer shown)
    {
        if (shown.State.Definition.Spec.Log is not { Details.IsEmpty: false } log) return "";
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Add(found, log, "labels", ContainerDocument.LabelsOf(shown));
        Add(found, log, "env", ContainerDocument.EnvironmentOf(shown)
            .Select(entry => entry.Split('=', 2))
            .Where(parts => parts.Length == 2)
            .Select(parts => KeyValuePair.Create(parts[0], parts[1])));
        var definition = shown.State.Definition;
        if (log.Tag.Length > 0)
            found["tag"] = LogTag.Of(log.Tag, definition.Id, definition.Name, definition.Spec.Image);
        return string.Join(
            ',', found.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}"));
    }

    private static void Add(
        SortedDictionary<string, string> found, LogSettings log, string kind,
        IEnumerable<KeyValuePair<string, string>> all)
    {
        var names = log.Details.GetValueOrDefault(kind, "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        var pattern = log.Details.GetValueOrDefault(kind + "-regex", "");
        foreach (var (name, value) in all)
        {
            if (names.Contains(name)
                || (pattern.Length > 0 && Regex.IsMatch(name, pattern, RegexOptions.NonBacktracking)))
            {
                found[name] = value;
            }
        }
    }
}

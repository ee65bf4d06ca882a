using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Swarm.Core.Services;

namespace Swarm.Client.Compose;

/// <summary>The key <c>deploy.placement</c>.</summary>
internal static partial class PlacementKeys
{
    public static Dictionary<string, Func<PlacementRules, Field, PlacementRules>> All { get; } = new()
    {
        ["constraints"] = (rules, field) => rules with { Constraints = Constraints(field) },
        ["preferences"] = (rules, field) => rules with { SpreadOver = Preferences(field) },
        ["max_replicas_per_node"] =
            (rules, field) => rules with { MaxPerNode = (int)(field.Number(0, ComposeLimits.Replicas) ?? 0) },
    };

    private static Dictionary<string, Func<string?, Field, string?>> PreferenceKeys { get; } = new()
    {
        ["spread"] = (_, field) => field.Text(),
    };

    /// <returns>Without the spaces that people put around the operator.</returns>
    private static ImmutableArray<string> Constraints(Field field)
    {
        var result = ImmutableArray.CreateBuilder<string>();
        foreach (var (text, item) in field.Texts())
        {
            var match = Constraint().Match(text);
            if (match.Success)
                result.Add(match.Groups["key"].Value + match.Groups["operator"].Value + match.Groups["value"].Value);
            else item.Refuse($"'{text}' is not a constraint; write it as node.labels.zone==a, node.hostname!=h1, "
                + "node.id or node.platform.arch");
        }

        return result.ToImmutable();
    }

    private static ImmutableArray<string> Preferences(Field field)
    {
        var result = ImmutableArray.CreateBuilder<string>();
        foreach (var item in field.Items())
        {
            var over = item.Fold((string?)null, PreferenceKeys, Refusals.None);
            if (over is not null && SpreadOver().IsMatch(over)) result.Add(over);
            else item.Refuse("must be spread: node.labels.NAME");
        }

        return result.ToImmutable();
    }

    [GeneratedRegex(
        @"\A\s*(?<key>node\.(id|hostname|platform\.(os|arch)|labels\.[A-Za-z0-9][A-Za-z0-9_./-]*))"
        + @"\s*(?<operator>==|!=)\s*(?<value>[A-Za-z0-9._:/+-]+)\s*\z")]
    private static partial Regex Constraint();

    [GeneratedRegex(@"\Anode\.labels\.[A-Za-z0-9][A-Za-z0-9_./-]*\z")]
    private static partial Regex SpreadOver();
}

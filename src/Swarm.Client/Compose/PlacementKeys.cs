using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Swarm.Core.Placement;
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

    private static ImmutableArray<string> Constraints(Field field)
    {
        var result = ImmutableArray.CreateBuilder<string>();
        foreach (var (text, item) in field.Texts())
        {
            if (ConstraintText.Problem(text) is { } problem) item.Refuse(problem);
            else result.Add(text.Trim());
        }

        return result.ToImmutable();
    }

    /// <summary>A label of nodes, as <c>node.labels.zone</c>.</summary>
    public static bool IsLabel(string text) => SpreadOver().IsMatch(text);

    private static ImmutableArray<string> Preferences(Field field)
    {
        var result = ImmutableArray.CreateBuilder<string>();
        foreach (var item in field.Items())
        {
            var over = item.Fold((string?)null, PreferenceKeys, Refusals.None);
            if (over is not null && IsLabel(over)) result.Add(over);
            else item.Refuse("must be spread: node.labels.NAME or engine.labels.NAME");
        }

        return result.ToImmutable();
    }

    [GeneratedRegex(@"\A(node|engine)\.labels\.[A-Za-z0-9][A-Za-z0-9_./-]*\z")]
    private static partial Regex SpreadOver();
}

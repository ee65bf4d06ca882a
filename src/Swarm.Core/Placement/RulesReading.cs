using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Swarm.Core.Services;

namespace Swarm.Core.Placement;

/// <summary>Rules of placement as they are written, and what is wrong with them.</summary>
internal static class RulesReading
{
    /// <summary>What is wrong with the rules, naming it; null when nothing is.</summary>
    public static string? Problem(PlacementRules rules) => TryRead(rules, out _, out var problem) ? null : problem;

    public static bool TryRead(
        PlacementRules rules, out ImmutableArray<PlacementConstraint> constraints,
        [NotNullWhen(false)] out string? problem)
    {
        var read = ImmutableArray.CreateBuilder<PlacementConstraint>(rules.Constraints.Length);
        (constraints, problem) = ([], null);
        foreach (var text in rules.Constraints)
        {
            if (!ConstraintText.TryRead(text, out var constraint, out problem)) return false;
            read.Add(constraint);
        }

        problem = rules.SpreadOver.Select(PlacementConstraint.SpreadProblem)
            .Concat(rules.Affinities.Select(AffinityCheck.Problem))
            .FirstOrDefault(wrong => wrong is not null);
        constraints = read.MoveToImmutable();
        return problem is null;
    }

    /// <summary>A request for no task by these rules.</summary>
    public static PlaceTasks Nothing(PlacementRules rules) => new(
        "", new ServiceName(""), 0, [], Resources.None, rules with { Affinities = [] }, [],
        ImmutableSortedDictionary<string, int>.Empty, ImmutableSortedDictionary<string, int>.Empty);
}

using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Swarm.Core.Nodes;

namespace Swarm.Core.Placement;

/// <summary>One condition on a node, as <c>node.labels.zone==a</c>.</summary>
/// <remarks>As in Docker, values compare without regard to case, keys of labels with it, and a label that is not set
/// is equal to nothing. <see cref="ConstraintText"/> reads it. Told in docs/placement.md.</remarks>
internal abstract record PlacementConstraint
{
    private PlacementConstraint(string text, string attribute) => (Text, Attribute) = (text, attribute);

    /// <summary>As people read it, whatever spaces it was written with.</summary>
    public string Text { get; }

    public string Attribute { get; }

    /// <summary>Nodes with equal labels and platform may still differ in it.</summary>
    public bool IsOfOneNode => NodeAttribute.IsOfOneNode(Attribute);

    /// <summary>What is wrong with something to spread over, naming it; null when nothing is.</summary>
    public static string? SpreadProblem(string key) => NodeAttribute.IsLabel(key)
        ? null : $"spread over '{key}': only node.labels.NAME and engine.labels.NAME can be spread over";

    public bool Allows(NodeDescription node, NodeSettings settings) =>
        Matches(NodeAttribute.Of(Attribute, node, settings));

    /// <param name="value">Null for a label that is not set.</param>
    protected abstract bool Matches(string? value);

    /// <summary>One of some values, or none of them.</summary>
    internal sealed record OneOf(string Said, string Name, ImmutableArray<string> Values, bool Not)
        : PlacementConstraint(Said, Name)
    {
        protected override bool Matches(string? value) =>
            (value is not null && Values.Contains(value, StringComparer.OrdinalIgnoreCase)) != Not;
    }

    internal sealed record Exists(string Said, string Name, bool Not) : PlacementConstraint(Said, Name)
    {
        protected override bool Matches(string? value) => value is null == Not;
    }

    /// <summary>Less or greater than a number; a label that is no number is neither.</summary>
    /// <param name="Less">Whether less does; else greater.</param>
    /// <param name="Equal">Whether the same does too.</param>
    internal sealed record Compared(string Said, string Name, bool Less, bool Equal, decimal Number)
        : PlacementConstraint(Said, Name)
    {
        public const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;

        protected override bool Matches(string? value) =>
            decimal.TryParse(value, Style, CultureInfo.InvariantCulture, out var number)
            && (number == Number ? Equal : number < Number == Less);
    }

    /// <summary>The whole value matches a pattern.</summary>
    internal sealed record Matching(string Said, string Name, Regex Pattern) : PlacementConstraint(Said, Name)
    {
        protected override bool Matches(string? value) => value is not null && Pattern.IsMatch(value);
    }
}

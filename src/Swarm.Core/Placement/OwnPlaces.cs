using System.Collections.Immutable;

namespace Swarm.Core.Placement;

/// <summary>Nodes that count together for a service's own tasks: they have the same values of its labels.</summary>
/// <param name="levels">The counts of the labels to spread over: of the first, of the first and the second, and so
/// on.</param>
/// <param name="own">The counts of the labels over which it is near to its like, or apart from it.</param>
internal sealed class OwnPlaces(ImmutableArray<int> levels, ImmutableArray<int> own)
{
    public ImmutableArray<int> Levels { get; } = levels;

    public ImmutableArray<int> Own { get; } = own;
}

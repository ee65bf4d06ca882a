using System.Collections.Immutable;

namespace Swarm.Core.Images;

/// <summary>A node in reach, as far as it matters for the copies of one image.</summary>
/// <param name="TakesCopies">Whether it is active.</param>
public sealed record CopySite(
    NodeId Node, bool TakesCopies, ImmutableSortedDictionary<string, string> Labels, int RunningTasks,
    ImageStanding Standing)
{
    /// <summary>The image is there whole, and counts.</summary>
    public bool HasCopy => Standing.State is CopyState.Owned or CopyState.Kept;

    /// <summary>The image is there whole.</summary>
    public bool HasImage => HasCopy || Standing.State == CopyState.Spare;

    /// <summary>These lists of manifests are there with it.</summary>
    public bool HasAll(ImmutableArray<string> lists) => lists.All(Standing.Lists.Contains);
}

/// <summary>All that is known of the copies of one image at one moment.</summary>
/// <param name="Names">Those of its names that mean it in the cluster, in their order.</param>
/// <param name="IsComplete">Whether every node in reach has answered, and everybody who was asked for a name.</param>
public sealed record CopyView(ImmutableArray<CopySite> Sites, ImmutableArray<string> Names, bool IsComplete)
{
    /// <summary>The lists of manifests by which its names were given.</summary>
    public ImmutableArray<string> Lists { get; init; } = [];

    /// <summary>Of these, those that some node has.</summary>
    public ImmutableArray<string> ListsToKeep =>
        [.. Lists.Where(list => Sites.Any(site => site.HasImage && site.Standing.Lists.Contains(list)))];

    /// <summary>Nodes that may need it soon.</summary>
    public ImmutableHashSet<NodeId> Ahead { get; init; } = [];
}

/// <summary>What is to be done about the copies of one image.</summary>
/// <param name="Keep">Those that shall have a copy, or lists with it, or know its names anew.</param>
/// <param name="Release">Those whose copy is one too many, or that shall know its names anew.</param>
/// <param name="Drop">Those whose copy nobody wants.</param>
/// <param name="IsUnderWay">Whether to look again soon.</param>
public sealed record CopyDecision(
    ImmutableArray<NodeId> Keep, ImmutableArray<NodeId> Release, ImmutableArray<NodeId> Drop, bool IsUnderWay)
{
    public static CopyDecision Nothing { get; } = new([], [], [], IsUnderWay: false);
}

namespace Swarm.Images.Trees;

/// <summary>One difference between a writable layer and what is below it.</summary>
/// <param name="Path">From the root, as <c>/etc/hosts</c>.</param>
public sealed record TreeChange(string Path, TreeChangeKind Kind);

/// <summary>Numbered as Docker's API does.</summary>
public enum TreeChangeKind
{
    Modified = 0,
    Added = 1,
    Deleted = 2,
}

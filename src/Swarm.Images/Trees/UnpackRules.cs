using Swarm.Linux.Users;

namespace Swarm.Images.Trees;

/// <summary>How an archive goes over what is there.</summary>
/// <param name="KeepKinds">Refuse to put a folder in the place of something else, and the other way round.</param>
/// <param name="Owner">Whose everything shall be; null leaves it to the archive.</param>
public sealed record UnpackRules(bool KeepKinds, (uint User, uint Group)? Owner)
{
    /// <summary>Of a root that is shown by it: whose the archive's users and groups are on the host. Null: the same.
    /// </summary>
    public IdMap? Map { get; init; }
}

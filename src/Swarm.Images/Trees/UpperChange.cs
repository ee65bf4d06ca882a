using Swarm.Linux.Files;

namespace Swarm.Images.Trees;

/// <param name="Path">Without a slash at either end.</param>
/// <param name="IsOpaque">Whether what lies below the folder is hidden by it.</param>
internal sealed record UpperChange(byte[] Path, TreeChangeKind Kind, FileStatus Status, bool IsOpaque);

using System.Collections.Immutable;

namespace Swarm.Client.Compose;

/// <summary>A Compose file that cannot be taken: everything that is wrong with it, in the order of the file.</summary>
public sealed class ComposeException(ImmutableArray<ComposeError> errors)
    : Exception(string.Join('\n', errors.Select(error => error.ToString())))
{
    /// <summary>All of them, in the order of the file.</summary>
    public ImmutableArray<ComposeError> Errors { get; } = errors;
}

namespace Swarm.Client;

/// <summary>The cluster answered, and would not. Nothing was changed.</summary>
/// <param name="notFound">Nothing of that name exists.</param>
public sealed class SwarmRefusedException(string reason, bool notFound) : Exception(reason)
{
    /// <summary>Nothing of that name exists.</summary>
    public bool NotFound { get; } = notFound;

    /// <summary>What was sent is wrong in itself, as an archive that is none: it will not be taken anywhere.</summary>
    public bool IsBadInput { get; init; }
}

/// <summary>Nobody answered in time. What was asked may have been done all the same; asking
/// again does it once.</summary>
public sealed class SwarmUnreachableException(string message) : Exception(message);

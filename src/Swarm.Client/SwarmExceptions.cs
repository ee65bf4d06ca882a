using System.Collections.Immutable;

namespace Swarm.Client;

/// <summary>The cluster answered, and would not. Nothing was changed.</summary>
/// <param name="notFound">Nothing of that name exists.</param>
public sealed class SwarmRefusedException(string reason, bool notFound) : Exception(reason)
{
    public bool NotFound { get; } = notFound;
}

/// <summary>Nobody answered in time. What was asked may have been done all the same; asking
/// again does it once.</summary>
public sealed class SwarmUnreachableException(string message) : Exception(message)
{
    internal static SwarmUnreachableException NobodyAt(ImmutableArray<string> contacts, TimeSpan timeout) =>
        new($"no node answered at {string.Join(", ", contacts)} within {timeout.TotalSeconds:0.###} s: is swarmd "
            + "running?");
}

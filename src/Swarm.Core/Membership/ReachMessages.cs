using System.Collections.Immutable;
using Nerdbank.MessagePack;

namespace Swarm.Core.Membership;

/// <summary>Asked by a host of others when it misses a node: whoever is on its side answers.</summary>
/// <param name="Round">Comes back with the answer.</param>
public sealed record AskReach([property: Key(0)] long Round);

/// <param name="Address">Of the host that answers.</param>
public sealed record ReachAnswer([property: Key(0)] string Address, [property: Key(1)] long Round)
{
    /// <summary>It has looked around for long enough to know whom it misses.</summary>
    [Key(2)] public bool HasLooked { get; init; }

    /// <summary>The members that do not answer it, as <see cref="LookAround.NameOf"/> calls them.</summary>
    [Key(3)] public ImmutableArray<string> Missed { get; init; } = [];

    /// <summary>Of the process that answers: it may not be the member that was asked, but one that was started at the
    /// address of that.</summary>
    [Key(4)] public int Uid { get; init; }
}

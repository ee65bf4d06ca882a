using Nerdbank.MessagePack;

namespace Swarm.Core.Membership;

/// <summary>Asked by a host of every scheduler when it misses a node: whoever is on its side answers.</summary>
/// <param name="Round">Comes back with the answer.</param>
public sealed record AskReach([property: Key(0)] long Round);

/// <param name="Address">Of the host that answers.</param>
public sealed record ReachAnswer([property: Key(0)] string Address, [property: Key(1)] long Round);

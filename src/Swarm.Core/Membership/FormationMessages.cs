using System.Collections.Immutable;
using Nerdbank.MessagePack;

namespace Swarm.Core.Membership;

/// <summary>Asked of every seed by a node that is in no cluster, again and again until it is in one; and by a member
/// of those that are not in its cluster (<see cref="Merging"/>).</summary>
/// <param name="Address">Of the node that asks, as <c>akka.tcp://swarm@10.0.0.1:4000</c>.</param>
/// <param name="WantsVote">It would begin a new cluster. Where not, votes that it asked for before are given
/// up.</param>
/// <param name="Token">Comes back with the answer; grows with each question that a node asks in its life.</param>
public sealed record AskToForm(
    [property: Key(0)] string Address, [property: Key(1)] bool WantsVote, [property: Key(2)] long Token);

/// <param name="Address">Of the node that answers.</param>
/// <param name="IsMember">It is in a cluster, of which it sees a majority: join it.</param>
/// <param name="Vote">It is in none, and lets nobody else but the asker begin one for a while.</param>
public sealed record FormationAnswer(
    [property: Key(0)] string Address, [property: Key(1)] bool IsMember, [property: Key(2)] bool Vote,
    [property: Key(3)] long Token)
{
    /// <summary>Of a member: addresses of the members of its cluster that are in reach there. Who joins must reach
    /// them, too.</summary>
    [Key(4)] public ImmutableArray<string> Members { get; init; } = [];
}

/// <summary>What a node that is in no cluster does next.</summary>
public abstract record FormationStep
{
    private FormationStep()
    {
    }

    /// <summary>Ask all other seeds.</summary>
    public sealed record Ask(bool WantsVote) : FormationStep;

    /// <summary>Join the cluster that this node is in.</summary>
    public sealed record Join(string Address) : FormationStep;

    /// <summary>Begin a new cluster.</summary>
    public sealed record Form : FormationStep;
}

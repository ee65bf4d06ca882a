using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Sharding;

namespace Swarm.Cluster.Hosting;

/// <summary>Moves shards between regions as another strategy says, as long as all regions answer.</summary>
/// <remarks>A shard that is to be moved from a host that has just died, before anybody knows it, cannot be moved:
/// Akka.NET waits for the dead region until its hand-off timeout, and nobody reaches the shard's entities meanwhile.
/// So whoever is to take part is asked right before. Told in docs/cluster.md.</remarks>
internal sealed class AnsweringRegions(IShardAllocationStrategy inner, TimeSpan patience)
    : IActorSystemDependentAllocationStrategy
{
    private static readonly IImmutableSet<string> None = ImmutableHashSet<string>.Empty;

    public void Start(ActorSystem system) => (inner as IActorSystemDependentAllocationStrategy)?.Start(system);

    public Task<IActorRef> AllocateShard(
        IActorRef requester, string shardId, IImmutableDictionary<IActorRef, IImmutableList<string>> shards) =>
        inner.AllocateShard(requester, shardId, shards);

    public async Task<IImmutableSet<string>> Rebalance(
        IImmutableDictionary<IActorRef, IImmutableList<string>> shards, IImmutableSet<string> inProgress)
    {
        var moved = await inner.Rebalance(shards, inProgress);
        if (moved.Count == 0) return moved;
        var answers = await Task.WhenAll(shards.Keys.Select(AnswersAsync));
        return answers.All(answers => answers) ? moved : None;
    }

    private async Task<bool> AnswersAsync(IActorRef region)
    {
        try
        {
            return (await region.Ask<ActorIdentity>(new Identify(null), patience)).Subject is not null;
        }
        catch (AskTimeoutException)
        {
            return false;
        }
    }
}

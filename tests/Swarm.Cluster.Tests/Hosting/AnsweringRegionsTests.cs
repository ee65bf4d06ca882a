using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.TestKit.Xunit2;
using Swarm.Cluster.Hosting;

namespace Swarm.Cluster.Tests.Hosting;

public sealed class AnsweringRegionsTests : TestKit
{
    private static readonly IImmutableSet<string> Nothing = ImmutableHashSet<string>.Empty;
    private static readonly IImmutableList<string> Shards = ImmutableList.Create("1", "2", "3");
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);
    private readonly TaskCompletionSource _over = new();

    [Fact]
    public async Task Shards_are_moved_as_long_as_all_regions_answer()
    {
        var (full, empty) = (Region(), Region());

        var moved = await new AnsweringRegions(new FirstShard(), Long).Rebalance(Of(full, empty), Nothing);

        Assert.Equal(["1"], moved);
    }

    [Fact]
    public async Task No_shard_is_moved_from_a_region_that_is_gone_or_silent()
    {
        var gone = Region();
        Watch(gone);
        Sys.Stop(gone);
        ExpectTerminated(gone, Long);
        var strategy = new AnsweringRegions(new FirstShard(), TimeSpan.FromMilliseconds(200));

        Assert.Empty(await strategy.Rebalance(Of(gone, Region()), Nothing));
        Assert.Empty(await strategy.Rebalance(Of(Region(), gone), Nothing));
        Assert.Empty(await strategy.Rebalance(Of(Silent(), Region()), Nothing));
    }

    [Fact]
    public async Task Nobody_is_asked_while_nothing_is_to_be_moved_and_homes_are_chosen_as_ever()
    {
        var only = Region();
        var strategy = new AnsweringRegions(new FirstShard(), TimeSpan.FromMilliseconds(200));

        Assert.Empty(await strategy.Rebalance(Of(Silent(), only), ImmutableHashSet.Create("1")));
        Assert.Equal(only, await strategy.AllocateShard(only, "4", Of(only, Silent())));
    }

    protected override void AfterAll()
    {
        _over.SetResult();
        base.AfterAll();
    }

    private static ImmutableDictionary<IActorRef, IImmutableList<string>> Of(IActorRef full, IActorRef empty) =>
        ImmutableDictionary<IActorRef, IImmutableList<string>>.Empty
            .Add(full, Shards).Add(empty, ImmutableList<string>.Empty);

    private IActorRef Region() => Sys.ActorOf(Props.Empty);

    /// <summary>As a region on a host that has just died.</summary>
    private IActorRef Silent() => Sys.ActorOf(Props.Create(() => new Standing(_over.Task)));

    /// <summary>Moves the first shard, one at a time.</summary>
    private sealed class FirstShard : IShardAllocationStrategy
    {
        public Task<IActorRef> AllocateShard(
            IActorRef requester, string shardId, IImmutableDictionary<IActorRef, IImmutableList<string>> shards) =>
            Task.FromResult(requester);

        public Task<IImmutableSet<string>> Rebalance(
            IImmutableDictionary<IActorRef, IImmutableList<string>> shards, IImmutableSet<string> inProgress) =>
            Task.FromResult(inProgress.Count > 0 ? Nothing : ImmutableHashSet.Create("1"));
    }

    /// <summary>Takes nothing in until its test is over.</summary>
    private sealed class Standing(Task over) : UntypedActor
    {
        protected override void PreStart() => over.Wait();

        protected override void OnReceive(object message) => Unhandled(message);
    }
}

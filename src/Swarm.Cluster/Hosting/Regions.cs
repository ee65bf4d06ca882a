using Akka.Actor;
using Akka.Cluster.Sharding;
using Swarm.Core.Images;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Cluster.Hosting;

/// <summary>The kinds of entities, and how a message finds its own.</summary>
/// <remarks>The numbers of shards stand in the journal, with the entities remembered: never to be changed.</remarks>
internal sealed class Regions(ActorSystem system, bool isScheduler)
{
    public const string Services = "service";
    public const string Nodes = "node";
    public const string Images = "image";
    public const string Placers = "placer";
    public const string Copies = "copies";

    // Of a region that lives: it answers in milliseconds, or the shards are looked at again in ten seconds.
    private static readonly TimeSpan RegionAnswers = TimeSpan.FromSeconds(1);

    public static IMessageExtractor ServiceExtractor { get; } =
        HashCodeMessageExtractor.Create(40, message => (message as IServiceMessage)?.Service.Value);

    public static IMessageExtractor NodeExtractor { get; } =
        HashCodeMessageExtractor.Create(20, message => (message as INodeMessage)?.Node.Value);

    public static IMessageExtractor ImageExtractor { get; } =
        HashCodeMessageExtractor.Create(20, message => (message as IImageMessage)?.Repository);

    public static IMessageExtractor PlacerExtractor { get; } =
        HashCodeMessageExtractor.Create(10, message => (message as IPlacerMessage)?.Pool);

    public static IMessageExtractor CopyExtractor { get; } =
        HashCodeMessageExtractor.Create(20, message => (message as ICopyMessage)?.Image.Value);

    /// <summary>Starts the region of a kind; on a node that is no scheduler, the way to those of others.</summary>
    public IActorRef Start(string kind, Func<string, Props> entity, IMessageExtractor extractor) =>
        Start(kind, entity, extractor, ClusterShardingSettings.Create(system));

    /// <summary>The same, of entities that come back without a message.</summary>
    public IActorRef StartRemembering(string kind, Func<string, Props> entity, IMessageExtractor extractor) =>
        Start(kind, entity, extractor, ClusterShardingSettings.Create(system).WithRememberEntities(true));

    /// <summary>The region of a kind on this node; it exists once hosting has started it.</summary>
    public static IActorRef Of(ActorSystem system, string kind) => ClusterSharding.Get(system).ShardRegion(kind);

    private IActorRef Start(
        string kind, Func<string, Props> entity, IMessageExtractor extractor, ClusterShardingSettings settings) =>
        isScheduler
            ? ClusterSharding.Get(system).Start(kind, entity, settings, extractor, Moves(settings), PoisonPill.Instance)
            : ClusterSharding.Get(system).StartProxy(kind, ClusterRoles.Scheduler, extractor);

    private AnsweringRegions Moves(ClusterShardingSettings settings) =>
        new(ClusterSharding.Get(system).DefaultShardAllocationStrategy(settings), RegionAnswers);
}

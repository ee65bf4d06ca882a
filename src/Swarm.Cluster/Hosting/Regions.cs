using Akka.Actor;
using Akka.Cluster.Sharding;
using Swarm.Core.Images;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Cluster.Hosting;

/// <summary>The kinds of entities, and how a message finds its own.</summary>
/// <remarks>The numbers of shards stand in the journal, with the entities remembered: never to be changed.</remarks>
internal static class Regions
{
    public const string Services = "service";
    public const string Nodes = "node";
    public const string Images = "image";
    public const string Placers = "placer";

    public static IMessageExtractor ServiceExtractor { get; } =
        HashCodeMessageExtractor.Create(40, message => (message as IServiceMessage)?.Service.Value);

    public static IMessageExtractor NodeExtractor { get; } =
        HashCodeMessageExtractor.Create(20, message => (message as INodeMessage)?.Node.Value);

    public static IMessageExtractor ImageExtractor { get; } =
        HashCodeMessageExtractor.Create(20, message => (message as IImageMessage)?.Repository);

    public static IMessageExtractor PlacerExtractor { get; } =
        HashCodeMessageExtractor.Create(10, message => (message as IPlacerMessage)?.Pool);

    /// <summary>The region of a kind on this node; it exists once hosting has started it.</summary>
    public static IActorRef Of(ActorSystem system, string kind) => ClusterSharding.Get(system).ShardRegion(kind);
}

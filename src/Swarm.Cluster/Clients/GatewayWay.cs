using Akka.Actor;
using Swarm.Core.Clients;
using Swarm.Core.Images;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Cluster.Clients;

/// <summary>Who answers what a client may ask.</summary>
/// <param name="Journal">Says whether the journal takes events: <see cref="JournalTrials"/>.</param>
internal sealed record GatewayWay(
    IActorRef Services, IActorRef Nodes, IActorRef Images, IActorRef Placers, IActorRef Catalog, IActorRef Journal)
{
    /// <summary>Null for what is not a client's to send.</summary>
    public IActorRef? For(object message) => message switch
    {
        DeployService or ScaleService or RollbackService or RunJob or RemoveService or GetService => Services,
        GetNode or UpdateNode or RemoveNode => Nodes,
        NameImage or UnnameImage or GetImage => Images,
        GetServices or GetNodes => Catalog,
        RebalancePool => Placers,
        _ => null,
    };

    /// <summary>Why a message cannot be passed on, in words for its sender; null when it can.</summary>
    public static string? Refuse(object message) => message switch
    {
        IServiceMessage { Service.Value: null or "" } => "the service has no name",
        INodeMessage { Node.Value: null or "" } => "the node has no id",
        IImageMessage { Repository: null or "" } => "the image has no name",
        IPlacerMessage { Pool: null or "" } => "the pool has no name",
        _ => null,
    };
}

using Akka.Actor;
using Akka.Cluster;
using Akka.DistributedData;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Clients;
using Swarm.Core.Nodes;

namespace Swarm.Cluster.Catalog;

/// <summary>This node's copy of the lists of services and nodes; also the way from an entity to a node.</summary>
/// <remarks>Nobody owns the lists: the entities publish into them, and publish again after a restart.</remarks>
internal sealed partial class CatalogActor(ILogger<CatalogActor> logger) : UntypedActor
{
    private const int NodeBuckets = 4;

    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly IActorRef _replicator = DistributedData.Get(Context.System).Replicator;
    private readonly ServiceView _services = new();
    private readonly ReplicatedView<NodeListing> _nodes = new("nodes", NodeBuckets);
    private readonly ReplicatedView<NodeListing> _loads = new("loads", NodeBuckets);
    private readonly HashSet<Address> _members = [];

    public static Props Props(ILoggerFactory loggers) =>
        Akka.Actor.Props.Create(() => new CatalogActor(loggers.CreateLogger<CatalogActor>()));

    protected override void PreStart()
    {
        foreach (var key in _services.Keys.Concat(_nodes.Keys).Concat(_loads.Keys))
        {
            _replicator.Tell(Dsl.Subscribe(key, Self));
        }

        _cluster.Subscribe(
            Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents,
            typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent));
    }

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case GetServices get: Sender.Tell(ListPages.Of(_services.Entries, get)); break;
            case GetNodes get: Sender.Tell(ListPages.Of(ShownNodes, get)); break;
            case NodeListing load: TakeLoad(load); break;
            case CatalogCommand command: CarryOut(command); break;
            case Changed changed: Take(changed); break;
            case ClusterEvent.MemberUp up: _members.Add(up.Member.Address); break;
            case ClusterEvent.ReachableMember reachable: _members.Add(reachable.Member.Address); break;
            case ClusterEvent.UnreachableMember unreachable: _members.Remove(unreachable.Member.Address); break;
            case ClusterEvent.MemberRemoved removed: _members.Remove(removed.Member.Address); break;
            case ClusterEvent.IMemberEvent or ClusterEvent.IReachabilityEvent or IUpdateResponse: break;
            default: Unhandled(message); break;
        }
    }

    private void CarryOut(CatalogCommand command)
    {
        switch (command)
        {
            case CatalogCommand.ShowService show: Write(_services.Put(show.Line)); break;
            case CatalogCommand.ShowNode show:
                Write(_nodes.Put(_cluster.SelfUniqueAddress, show.Listing.Node.Id.Value, show.Listing));
                break;
            case CatalogCommand.TellNode tell: Pass(tell); break;
            default: Unhandled(command); break;
        }
    }

    // Told by this host's node actor as often as it reports; only what is new goes to the other nodes.
    private void TakeLoad(NodeListing load)
    {
        var known = _loads.Find(load.Node.Id.Value);
        if (known is not null && known.Reserved == load.Reserved && known.RunningTasks == load.RunningTasks
            && known.Node.Address == load.Node.Address)
        {
            return;
        }

        Write(_loads.Put(_cluster.SelfUniqueAddress, load.Node.Id.Value, load));
    }

    // Without the flush the list would lag half a second behind what its reader has just done.
    private void Write(Update update)
    {
        _replicator.Tell(update);
        _replicator.Tell(FlushChanges.Instance);
    }

    private void Take(Changed changed)
    {
        if (!_services.Take(changed) && !_nodes.Take(changed) && !_loads.Take(changed)) Unhandled(changed);
    }

    private void Pass(CatalogCommand.TellNode tell)
    {
        if ((_nodes.Find(tell.Node.Value) ?? _loads.Find(tell.Node.Value)) is { } known)
        {
            Context.ActorSelection(known.Node.Address + NodeActorPath.Path).Tell(tell.Message, Sender);
            return;
        }

        LogNodeUnknown(tell.Node, tell.Message.GetType().Name);
    }

    private IEnumerable<NodeListing> ShownNodes => _nodes.Entries.Where(node => !node.IsRemoved).Select(Complete);

    private NodeListing Complete(NodeListing node) => node with
    {
        Reachable = Address.TryParse(node.Node.Address, out var address) && _members.Contains(address),
        Reserved = _loads.Find(node.Node.Id.Value)?.Reserved ?? Resources.None,
        RunningTasks = _loads.Find(node.Node.Id.Value)?.RunningTasks ?? 0,
    };

    [LoggerMessage(LogLevel.Debug, "{Message} for node {Node} waited: the node is not known yet")]
    private partial void LogNodeUnknown(NodeId node, string message);
}

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
    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly IActorRef _replicator = DistributedData.Get(Context.System).Replicator;
    private readonly ServiceView _services = new();
    private readonly KnownNodes _nodes = new();
    private readonly Dictionary<Address, long> _members = [];

    public static Props Props(ILoggerFactory loggers) =>
        Akka.Actor.Props.Create(() => new CatalogActor(loggers.CreateLogger<CatalogActor>()));

    protected override void PreStart()
    {
        foreach (var key in _services.Keys.Concat(_nodes.Keys))
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
            case ClusterEvent.MemberUp up: Keep(up.Member); break;
            case ClusterEvent.ReachableMember reachable: Keep(reachable.Member); break;
            case ClusterEvent.UnreachableMember unreachable: _members.Remove(unreachable.Member.Address); break;
            case ClusterEvent.MemberRemoved removed: _members.Remove(removed.Member.Address); break;
            case ClusterEvent.IMemberEvent or ClusterEvent.IReachabilityEvent or IUpdateResponse: break;
            default: Unhandled(message); break;
        }
    }

    private void Keep(Member member) => _members[member.Address] = member.UniqueAddress.Uid;

    private void CarryOut(CatalogCommand command)
    {
        switch (command)
        {
            case CatalogCommand.ShowService show: Write(_services.Put(show.Line)); break;
            case CatalogCommand.ShowNode show:
                Write(_nodes.Records.Put(_cluster.SelfUniqueAddress, show.Listing.Node.Id.Value, show.Listing));
                break;
            case CatalogCommand.TellNode tell: Pass(tell); break;
            default: Unhandled(command); break;
        }
    }

    // Told by this host's node actor as often as it reports; only what is new goes to the other nodes.
    private void TakeLoad(NodeListing load)
    {
        load = load with { Incarnation = _cluster.SelfUniqueAddress.Uid };
        var known = _nodes.Loads.Find(load.Node.Id.Value);
        if (known is not null && known.Reserved == load.Reserved && known.RunningTasks == load.RunningTasks
            && known.Node.Address == load.Node.Address && known.Incarnation == load.Incarnation)
        {
            return;
        }

        Write(_nodes.Loads.Put(_cluster.SelfUniqueAddress, load.Node.Id.Value, load));
    }

    // Without the flush the list would lag half a second behind what its reader has just done.
    private void Write(Update update)
    {
        _replicator.Tell(update);
        _replicator.Tell(FlushChanges.Instance);
    }

    private void Take(Changed changed)
    {
        if (!_services.Take(changed) && !_nodes.Take(changed)) Unhandled(changed);
    }

    private void Pass(CatalogCommand.TellNode tell)
    {
        if ((_nodes.Records.Find(tell.Node.Value) ?? _nodes.Loads.Find(tell.Node.Value)) is { } known)
        {
            Context.ActorSelection(known.Node.Address + NodeActorPath.Path).Tell(tell.Message, Sender);
            return;
        }

        LogNodeUnknown(tell.Node, tell.Message.GetType().Name);
    }

    private IEnumerable<NodeListing> ShownNodes
    {
        get
        {
            var displaced = _nodes.FindDisplaced(IncarnationAt);
            return _nodes.Records.Entries.Where(node => !node.IsRemoved).Select(node => Complete(node, displaced));
        }
    }

    private NodeListing Complete(NodeListing node, HashSet<NodeId> displaced)
    {
        var load = _nodes.Loads.Find(node.Node.Id.Value);
        return node with
        {
            Reachable = IncarnationAt(node.Node.Address) is not null && !displaced.Contains(node.Node.Id),
            Reserved = load?.Reserved ?? Resources.None,
            RunningTasks = load?.RunningTasks ?? 0,
        };
    }

    private long? IncarnationAt(string address) =>
        Address.TryParse(address, out var parsed) && _members.TryGetValue(parsed, out var number) ? number : null;

    [LoggerMessage(LogLevel.Debug, "{Message} for node {Node} waited: the node is not known yet")]
    private partial void LogNodeUnknown(NodeId node, string message);
}

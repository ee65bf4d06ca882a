using Akka.Actor;
using Akka.Cluster;
using Akka.DistributedData;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Membership;
using Swarm.Core.Nodes;
using Swarm.Core.Services;

namespace Swarm.Cluster.Catalog;

/// <summary>Tells the services whose entities are on this host how it stands with every node.</summary>
/// <remarks>
/// <see cref="NodeSight"/> decides who is out of reach. A service is told of all nodes when it registers, and again of
/// each that changes; it takes no notice of what it knows. Drawn in docs/cluster.md.
/// </remarks>
internal sealed partial class NodeWatchActor : UntypedActor, IWithTimers
{
    public const string Name = "watch";

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly KnownNodes _list = new();
    private readonly Dictionary<IActorRef, ServiceName> _services = [];
    private readonly Dictionary<NodeId, Told> _told = [];
    private readonly TimeSpan _settle;
    private readonly TimeProvider _time;
    private readonly ILogger<NodeWatchActor> _logger;
    private readonly long _started;
    private readonly MemberTable _members;
    private readonly MajorityWord _majority;

    public NodeWatchActor(TimeSpan settle, TimeProvider time, ILogger<NodeWatchActor> logger)
    {
        _settle = settle;
        _time = time;
        _logger = logger;
        _started = time.GetTimestamp();
        _members = new MemberTable(_cluster.SelfAddress);
        _majority = new MajorityWord(_cluster.SelfAddress);
    }

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    private TimeSpan Now => _time.GetElapsedTime(_started);

    public static Props Props(TimeSpan settle, TimeProvider time, ILoggerFactory loggers) =>
        Akka.Actor.Props.Create(() => new NodeWatchActor(settle, time, loggers.CreateLogger<NodeWatchActor>()));

    protected override void PreStart()
    {
        var replicator = DistributedData.Get(Context.System).Replicator;
        foreach (var key in _list.Keys) replicator.Tell(Dsl.Subscribe(key, Self));
        _cluster.Subscribe(
            Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents,
            typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent));
        Timers.StartPeriodicTimer("look", new Look(), LookEvery);
    }

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case WatchNodes watch: Register(watch.Service); break;
            case Terminated ended: _services.Remove(ended.ActorRef); break;
            case Changed changed: _list.Take(changed); LookAtAll(); break;
            case ClusterEvent.IClusterDomainEvent happened: _members.Take(happened, Now); LookAtAll(); break;
            case AskReach ask: Sender.Tell(new ReachAnswer(_cluster.SelfAddress.ToString(), ask.Round)); break;
            case ReachAnswer answer: _majority.Take(answer, _members.Schedulers); break;
            case Look: LookAtAll(); break;
            default: Unhandled(message); break;
        }
    }

    private void Register(ServiceName service)
    {
        _services[Sender] = service;
        Context.Watch(Sender);
        foreach (var (node, told) in _told) Sender.Tell(told.Seen(service, node));
    }

    private void LookAtAll()
    {
        var now = Now;
        var isRoundOn = Timers.IsTimerActive("asked");
        var confirmedAt = isRoundOn ? null : _majority.ConfirmedAt;
        var displaced = _list.FindDisplaced(_members.IncarnationAt);
        var missing = new List<string>();
        foreach (var node in _list.Nodes)
        {
            var address = node.Node.Address;
            if (displaced.Contains(node.Node.Id))
            {
                Keep(node, reachable: false, "another node is at its address");
                continue;
            }

            var seen = _members.Find(address);
            var reach = NodeSight.Judge(seen, _members.UpSince, confirmedAt, _settle, now);
            if (reach == NodeReach.Reachable || (reach == NodeReach.OutOfReach && !_majority.Hears(address)))
                Keep(node, reach == NodeReach.Reachable, "a majority of hosts confirms it");
            else if (NodeSight.MayBeLost(seen, _members.UpSince, _settle, now) && !IsToldLost(node))
                missing.Add(address);
        }

        if (_members.UpSince is not null) LoseRemoved(displaced);
        if (missing.Count > 0 && !isRoundOn) AskAround(missing, now);
    }

    /// <summary>Who was removed does not come back, as an operator says: it is not waited for.</summary>
    private void LoseRemoved(HashSet<NodeId> displaced)
    {
        foreach (var node in _list.Removed)
        {
            var isMember = _members.Find(node.Node.Address) is { IsMember: true };
            if (!isMember || displaced.Contains(node.Node.Id)) Keep(node, reachable: false, "it was removed");
        }
    }

    private void AskAround(List<string> missing, TimeSpan now)
    {
        Timers.StartSingleTimer("asked", new Look(), MajorityWord.Patience);
        var schedulers = _members.Schedulers;
        var ask = _majority.Begin(schedulers, now);
        foreach (var other in schedulers.Select(other => other.ToString()).Concat(missing).Distinct())
            Context.ActorSelection($"{other}/user/{Name}").Tell(ask);
    }

    private void Keep(NodeListing node, bool reachable, string why)
    {
        var id = node.Node.Id;
        var state = new Told(reachable, node.Settings.Availability, node.IsRemoved);
        var before = _told.GetValueOrDefault(id);
        if (before == state) return;

        _told[id] = state;
        if (before is { Reachable: true } && !reachable) LogLost(id, node.Node.Name, node.Node.Address, why);
        else if (before is not { Reachable: true } && reachable) LogThere(id, node.Node.Name, node.Node.Address);
        foreach (var (entity, service) in _services) entity.Tell(state.Seen(service, id));
    }

    private bool IsToldLost(NodeListing node) => _told.TryGetValue(node.Node.Id, out var told) && !told.Reachable;

    [LoggerMessage(LogLevel.Warning, "Node {Node} ({Name}, {Address}) is out of reach: {Why}")]
    private partial void LogLost(NodeId node, string name, string address, string why);

    [LoggerMessage(LogLevel.Information, "Node {Node} ({Name}, {Address}) is there")]
    private partial void LogThere(NodeId node, string name, string address);

    private sealed record Told(bool Reachable, NodeAvailability Availability, bool IsRemoved)
    {
        public NodeSeen Seen(ServiceName service, NodeId node) =>
            new(service, node, Reachable, Availability) { IsRemoved = IsRemoved };
    }

    private sealed record Look : INoSerializationVerificationNeeded;
}

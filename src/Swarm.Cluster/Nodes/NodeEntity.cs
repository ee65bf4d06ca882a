using Akka.Actor;
using Akka.Cluster;
using Akka.Persistence;
using Microsoft.Extensions.Logging;
using Swarm.Cluster.Catalog;
using Swarm.Cluster.Hosting;
using Swarm.Core;
using Swarm.Core.Nodes;
using Swarm.Core.Services;

namespace Swarm.Cluster.Nodes;

/// <summary>Keeps what the cluster knows of one node: what it said it is, and what operators have set for it.</summary>
/// <remarks><see cref="NodeRules"/> decides. It lives on while its node is down.</remarks>
internal sealed partial class NodeEntity : UntypedPersistentActor, IWithTimers
{
    private static readonly TimeSpan ForgetAfter = TimeSpan.FromSeconds(5);

    /// <summary>A node says each minute that it is there.</summary>
    private static readonly TimeSpan HeardFor = TimeSpan.FromMinutes(2.5);

    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly IActorRef _catalog;
    private readonly TimeProvider _time;
    private readonly ILogger<NodeEntity> _logger;
    private readonly SnapshotSchedule _snapshots = new(everyEvents: 50);
    private NodeRecord _record;
    private IActorRef _asking = ActorRefs.Nobody;
    private long _heardAt;

    public NodeEntity(string id, IActorRef catalog, TimeProvider time, ILogger<NodeEntity> logger)
    {
        PersistenceId = "node-" + id;
        _record = NodeRecord.Empty(new NodeId(id));
        _catalog = catalog;
        _time = time;
        _heardAt = time.GetTimestamp(); // it may be there, and not have said so to this one yet
        _logger = logger;
    }

    public override string PersistenceId { get; }

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    public static Props Props(string id, IActorRef catalog, TimeProvider time, ILoggerFactory loggers) =>
        Akka.Actor.Props.Create(() => new NodeEntity(id, catalog, time, loggers.CreateLogger<NodeEntity>()));

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: NodeRecord record } offer:
                _record = record;
                _snapshots.Recovered(offer.Metadata.SequenceNr);
                break;
            case NodeEvent happened: _record = NodeRules.Apply(_record, happened); break;
            case RecoveryCompleted: Publish(); break;
            default: Unhandled(message); break;
        }
    }

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case RegisterNode register: Register(register); break;
            case UpdateNode update: Update(update); break;
            case RemoveNode remove: Remove(remove); break;
            case GetNode: Sender.Tell(Describe()); EndIfUnknown(); break;
            case SaveSnapshotSuccess saved: Trim(_snapshots.Saved(saved.Metadata.SequenceNr)); break;
            case SaveSnapshotFailure failed: _snapshots.Failed(); LogSnapshotFailed(_record.Id, failed.Cause); break;
            case DeleteMessagesSuccess or DeleteSnapshotsSuccess or DeleteMessagesFailure or DeleteSnapshotsFailure:
                break;
            case Forget: Context.Parent.Tell(new Akka.Cluster.Sharding.Passivate(PoisonPill.Instance)); break;
            default: Unhandled(message); break;
        }
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        LogNotKept(_record.Id, cause);
        _asking.Tell(Unkept.Because(cause));
    }

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        LogNotKept(_record.Id, cause);
        _asking.Tell(new RequestRefused($"the journal did not take it: {cause.Message}"));
    }

    private void Register(RegisterNode register)
    {
        _heardAt = _time.GetTimestamp();
        Timers.Cancel("forget");
        var registered = NodeRules.Register(_record, register, _time.GetUtcNow());
        Keep(registered, () => new NodeRegistered(_record.Id, _record.Settings));
    }

    private void Update(UpdateNode update)
    {
        var refusal = NodeRules.Refuse(update);
        if (!_record.Exists || refusal is not null)
        {
            Sender.Tell(refusal is null ? NotKnown() : new RequestRefused(refusal));
            EndIfUnknown();
            return;
        }

        var before = _record.Settings;
        Keep(NodeRules.Update(_record, update), () =>
        {
            // The node learns it at once; it would learn it anyway when it next registers.
            if (_record.Settings != before) TellNode(new NodeRegistered(_record.Id, _record.Settings));
            return new NodeUpdated(update.Request, _record.Id, _record.Settings);
        });
    }

    private void Remove(RemoveNode remove)
    {
        if (_record.Description is not { } description)
        {
            Sender.Tell(NotKnown());
            EndIfUnknown();
            return;
        }

        if (_record.Exists && MemberAt(description.Address) is { } member && IsHeard)
        {
            Sender.Tell(new RequestRefused(_cluster.State.Unreachable.Contains(member)
                ? $"node {description.Name} has not been given up yet: try again in a minute"
                : $"node {description.Name} is in the cluster: drain it, end swarmd on it, and try again"));
            return;
        }

        Keep(NodeRules.Remove(_record, remove, _time.GetUtcNow()), () => new NodeRemoved(remove.Request, _record.Id));
    }

    // Another node may have come to its address since.
    private bool IsHeard => _time.GetElapsedTime(_heardAt) < HeardFor;

    private Member? MemberAt(string address) =>
        _cluster.State.Members.FirstOrDefault(member => member.Address.ToString() == address);

    private void Keep(NodeEvent? happened, Func<object> answer)
    {
        var asking = Sender;
        if (happened is null)
        {
            asking.Tell(answer());
            return;
        }

        _asking = asking;
        Persist(happened, kept =>
        {
            _record = NodeRules.Apply(_record, kept);
            _asking = ActorRefs.Nobody;
            Publish();
            asking.Tell(answer());
            if (!_snapshots.IsDue(LastSequenceNr)) return;

            _snapshots.Began();
            SaveSnapshot(_record);
        });
    }

    private void Publish()
    {
        if (_record.Description is { } description)
        {
            _catalog.Tell(new CatalogCommand.ShowNode(
                new NodeListing(description, _record.Settings, Reachable: false, Resources.None, RunningTasks: 0)
                {
                    IsRemoved = _record.IsRemoved,
                }));
        }
    }

    // Where the node itself said it is: the catalog may not have heard of it yet.
    private void TellNode(object message) =>
        Context.ActorSelection(_record.Description!.Address + NodeActorPath.Path).Tell(message, Self);

    private object Describe() =>
        _record is { Exists: true, Description: { } description }
            ? new NodeDetails(description, _record.Settings, _record.RegisteredAt)
            : NotKnown();

    private RequestRefused NotKnown() => new($"there is no node {_record.Id}") { NotFound = true };

    // An id that somebody mistyped is not to be remembered as an entity.
    private void EndIfUnknown()
    {
        if (!_record.Exists) Timers.StartSingleTimer("forget", new Forget(), ForgetAfter);
    }

    private void Trim(long upTo)
    {
        if (upTo <= 0) return;

        DeleteMessages(upTo);
        DeleteSnapshots(new SnapshotSelectionCriteria(upTo - 1));
    }

    [LoggerMessage(LogLevel.Error, "The journal did not take a change of node {Node}")]
    private partial void LogNotKept(NodeId node, Exception cause);

    [LoggerMessage(LogLevel.Warning, "No snapshot of node {Node} could be kept; its events are")]
    private partial void LogSnapshotFailed(NodeId node, Exception cause);

    private sealed record Forget : INoSerializationVerificationNeeded;
}

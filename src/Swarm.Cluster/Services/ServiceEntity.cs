using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Persistence;
using Microsoft.Extensions.Logging;
using Swarm.Cluster.Catalog;
using Swarm.Cluster.Hosting;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Cluster.Services;

/// <summary>Owns one service: what it should be, and which task was given to which node.</summary>
/// <remarks>
/// <see cref="ServiceRules"/> decides; this actor persists, answers, and keeps its conversations going until they are
/// acknowledged. Nothing leaves it before the event behind it is persisted. Drawn in docs/cluster.md.
/// </remarks>
internal sealed partial class ServiceEntity : UntypedPersistentActor, IWithTimers
{
    /// <summary>Of the persistence id; the name of the service follows.</summary>
    public const string IdPrefix = "service-";

    private readonly ServiceNeighbours _others;
    private readonly ServiceEntityOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ServiceEntity> _logger;
    private readonly OrderBook _orders = new();
    private readonly ImagePins _pins = new();
    private readonly LeaseBook _leases;
    private readonly SnapshotSchedule _snapshots;
    private ServiceState _state;
    private PlaceTasks? _placement;
    private GetEligibleNodes? _eligible;
    private ServiceListing? _published;
    private bool _hasPublished;
    private IActorRef _asking = ActorRefs.Nobody;
    private DateTimeOffset _decidedAt;
    private LeaseHolds _holds = LeaseHolds.None;

    public ServiceEntity(
        string id, ServiceNeighbours others, ServiceEntityOptions options, TimeProvider time,
        ILogger<ServiceEntity> logger)
    {
        PersistenceId = IdPrefix + id;
        _state = ServiceState.Empty(new ServiceName(id));
        _snapshots = new SnapshotSchedule(options.SnapshotEvery);
        _others = others;
        _options = options;
        _time = time;
        _leases = new LeaseBook(time);
        _logger = logger;
    }

    public override string PersistenceId { get; }

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    private bool IsEmpty =>
        ServiceRules.Describe(_state) is null && ServiceRules.NodesOf(_state).IsEmpty && _pins.IsEmpty;

    public static Props Props(
        string id, ServiceNeighbours others, ServiceEntityOptions options, TimeProvider time, ILoggerFactory loggers) =>
        Akka.Actor.Props.Create(
            () => new ServiceEntity(id, others, options, time, loggers.CreateLogger<ServiceEntity>()));

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: ServiceState state } offer:
                _state = state;
                _snapshots.Recovered(offer.Metadata.SequenceNr);
                break;
            case ServiceEvent happened: _state = ServiceRules.Apply(_state, happened); break;
            case RecoveryCompleted:
                _leases.Begin(ServiceRules.LongestLease(_state));
                Take(new ServiceInput.CameUp());
                _others.Watch.Tell(new WatchNodes(_state.Name));
                KeepPreparing();
                break;
            default: Unhandled(message); break;
        }
    }

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case DeployService deploy: Pin(deploy); break;
            case ScaleService scale: Ask(new ServiceInput.Scale(scale), scale.Request, Sender); break;
            case RemoveService remove: Ask(new ServiceInput.Remove(remove), remove.Request, Sender); break;
            case RollbackService back: Ask(new ServiceInput.RollBack(back), back.Request, Sender); break;
            case RunJob run: Ask(new ServiceInput.Run(run), run.Request, Sender); break;
            case MoveTask move: Ask(new ServiceInput.Move(move), move.Request, Sender); break;
            case GetService get:
                Sender.Tell((object?)DetailPages.Of(_state, get.After) ?? NotFound());
                EndIfEmpty();
                break;
            case PlacementsMade made: Take(new ServiceInput.Placed(made)); break;
            case EligibleNodes nodes: TakeEligible(nodes); break;
            case ReportTasks report: Take(report); break;
            case NodeSeen seen: Take(new ServiceInput.NodeSeen(seen)); break;
            case ImageResolved resolved: Take(new ServiceInput.Resolved(resolved)); break;
            case TasksApplied applied when applied.Sequence > LastSequenceNr: Take(new ServiceInput.Outrun()); break;
            case RenewLease asked: Renew(asked); break;
            case TasksApplied applied: _orders.Keep(applied); break;
            case CapacityFreed: AskEarly(); break;
            case ImageMeaning meaning: Deploy(_pins.Answered(meaning)); break;
            case RequestRefused: break; // by the image's entity: the wait for it ends by itself
            default: OnOwnMessage(message); break;
        }
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        LogNotKept(_state.Name, cause);
        _asking.Tell(Unkept.Because(cause));
    }

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        OnPersistFailure(cause, @event, sequenceNr);
        _asking = ActorRefs.Nobody;

        // Of several events only some may have been taken; what is kept is known after recovery.
        Context.Stop(Self);
    }

    private void OnOwnMessage(object message)
    {
        switch (message)
        {
            case Wake: Take(new ServiceInput.Woke()); break;
            case Resend: SendOpen(); break;
            case AskEligible: AskForNodes(); break;
            case PrepareNow: PrepareStandbys(); break;
            case Publish: PublishNow(); break;
            case Forget: ForgetIfEmpty(); break;
            case Pinned pinned:
                Ask(new ServiceInput.Deploy(pinned.Command, NewIds.Service()), pinned.Command.Request, pinned.Asking);
                break;
            case PinLate late: Deploy(_pins.GiveUp(late.Request)); break;
            case DigestSeen seen: Deploy(_pins.Answered(seen.Name, seen.ImageId)); break;
            case DigestUnseen unseen:
                LogNotPinned(_state.Name, unseen.Name, unseen.Reason);
                Deploy(_pins.Answered(unseen.Name, imageId: null));
                break;
            case SaveSnapshotSuccess saved: Saved(saved.Metadata.SequenceNr); break;
            case SaveSnapshotFailure failed: _snapshots.Failed(); LogSnapshotFailed(_state.Name, failed.Cause); break;
            case DeleteMessagesSuccess or DeleteSnapshotsSuccess: break;
            case DeleteMessagesFailure failed: LogNotTrimmed(_state.Name, failed.Cause); break;
            case DeleteSnapshotsFailure failed: LogNotTrimmed(_state.Name, failed.Cause); break;
            default: Unhandled(message); break;
        }
    }

    private void Pin(DeployService deploy)
    {
        if (_pins.Add(deploy, Sender) is not { } name)
        {
            Deploy([(deploy, Sender)]);
            return;
        }

        Timers.StartSingleTimer("pin " + deploy.Request, new PinLate(deploy.Request), _options.PinTimeout);
        AskMeaning(name);
    }

    private void Deploy(IReadOnlyList<(DeployService Command, IActorRef Asking)> deployments)
    {
        foreach (var (command, asking) in deployments)
        {
            Timers.Cancel("pin " + command.Request);

            // Each decides in a turn of its own, when the events of the one before are applied.
            Self.Tell(new Pinned(command, asking));
        }
    }

    private void Ask(ServiceInput input, RequestId request, IActorRef asking)
    {
        _asking = asking;
        var decision = Decide(input);
        if (decision.Refusal is { } reason) asking.Tell(new RequestRefused(reason) { NotFound = decision.NotFound });

        Keep(decision, () =>
        {
            if (decision.Refusal is null)
            {
                asking.Tell(new ServiceAccepted(request, _state.Name, _state.Version, decision.Changed)
                {
                    Run = decision.Run,
                });
            }
        });
    }

    private void Take(ReportTasks report)
    {
        var node = Sender;
        Keep(Decide(new ServiceInput.Reported(report)), () => node.Tell(
            new TasksReportKept(
                _state.Name, report.Node, report.Report, ServiceRules.UnknownTasks(_state, report), LastSequenceNr)));
    }

    private void Take(ServiceInput input) => Keep(Decide(input), () => { });

    private ServiceDecision Decide(ServiceInput input)
    {
        _decidedAt = _time.GetUtcNow();
        _holds = _leases.Holds(_decidedAt);
        return ServiceRules.Decide(_state, input, _decidedAt, _holds);
    }

    private void Keep(ServiceDecision decision, Action kept)
    {
        var left = decision.Events.Length;
        if (left == 0)
        {
            Kept(kept);
            return;
        }

        PersistAll(decision.Events, happened =>
        {
            _state = ServiceRules.Apply(_state, happened);
            if (--left == 0) Kept(kept);
        });
    }

    private void Kept(Action kept)
    {
        _asking = ActorRefs.Nobody;
        kept();
        CarryOut();
    }

    private void CarryOut()
    {
        foreach (var order in _orders.Update(_state, LastSequenceNr)) Send(order);

        // As of the decision: what has become due since then is due at once, not past.
        var needs = ServiceRules.Needs(_state, _decidedAt, _holds);
        AskForPlaces(needs.Placement);
        AskForNodes(needs.Eligible);
        WakeAt(needs.WakeAt);
        if (_published is null) PublishNow();
        else if (!Timers.IsTimerActive("publish"))
            Timers.StartSingleTimer("publish", new Publish(), _options.PublishInterval);

        KeepResending();
        if (_snapshots.IsDue(LastSequenceNr)) BeginSnapshot();
        EndIfEmpty();
    }

    private void BeginSnapshot()
    {
        _snapshots.Began();
        SaveSnapshot(_state);
    }

    private void Saved(long sequence)
    {
        var upTo = _snapshots.Saved(sequence);
        if (upTo > 0)
        {
            DeleteMessages(upTo);
            DeleteSnapshots(new SnapshotSelectionCriteria(upTo - 1));
        }

        ForgetIfEmpty();
    }

    private void EndIfEmpty()
    {
        if (IsEmpty) Timers.StartSingleTimer("forget", new Forget(), _options.ForgetAfter);
        else Timers.Cancel("forget");
    }

    // A removed service leaves one snapshot: late repetitions of its requests are answered as before, and the numbers
    // that nodes have seen go on should the name be used again.
    private void ForgetIfEmpty()
    {
        if (!IsEmpty) return;

        PublishNow();
        if (_snapshots.IsBehind(LastSequenceNr)) BeginSnapshot();
        else Context.Parent.Tell(new Passivate(PoisonPill.Instance));
    }

    private RequestRefused NotFound() => new($"there is no service {_state.Name}") { NotFound = true };
}

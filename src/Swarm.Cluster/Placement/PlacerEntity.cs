using Akka.Actor;
using Akka.Cluster;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Clients;
using Swarm.Core.Placement;

namespace Swarm.Cluster.Placement;

/// <summary>Makes the placements of one pool, on what its nodes report and what it has given away since.</summary>
/// <remarks>
/// <see cref="Placer"/> chooses. Nothing is persisted: one that comes up asks every node it can reach, and holds what
/// it is asked until they have answered, or <see cref="ReportsTimeout"/> has gone by. Told in docs/placement.md.
/// </remarks>
internal sealed partial class PlacerEntity : UntypedActor, IWithTimers
{
    private static readonly TimeSpan ReportsTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(500);

    // Many nodes may change at once, as when labels are set on all.
    private static readonly TimeSpan TellChangesAfter = TimeSpan.FromMilliseconds(100);

    private readonly string _pool;
    private readonly PlacerNeighbours _others;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger<PlacerEntity> _logger;
    private readonly Placer _placer = new();
    private readonly Dictionary<ServiceName, (PlaceTasks Request, IActorRef Asking)> _held = [];
    private readonly Dictionary<ServiceName, (GetEligibleNodes Question, IActorRef Asking)> _heldQuestions = [];
    private readonly HashSet<ServiceName> _short = [];
    private bool _ready;

    public PlacerEntity(string pool, PlacerNeighbours others, TimeProvider time, ILoggerFactory loggers)
    {
        _pool = pool;
        _others = others;
        _time = time;
        _loggers = loggers;
        _logger = loggers.CreateLogger<PlacerEntity>();
    }

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    public static Props Props(
        string pool, PlacerNeighbours others, TimeProvider time, ILoggerFactory loggers) =>
        Akka.Actor.Props.Create(() => new PlacerEntity(pool, others, time, loggers));

    // A rebalancing that fails has a bug; what it was about to move stays where it is.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    protected override void PreStart()
    {
        FollowMembers();
        Timers.StartPeriodicTimer("ask", new AskNodes(), AskAgain);
        Timers.StartSingleTimer("late", new ReportsLate(), ReportsTimeout);
        AskForReports();
    }

    protected override void PostStop() => Akka.Cluster.Cluster.Get(Context.System).Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case NodeReport report: Keep(report); break;
            case PlaceTasks request when _ready: Place(request, Sender); break;
            case PlaceTasks request: _held[request.Service] = (request, Sender); break;
            case GetEligibleNodes question when _ready: Answer(question, Sender); break;
            case GetEligibleNodes question: _heldQuestions[question.Service] = (question, Sender); break;
            case PrepareStandbys told when _ready: Prepare(told); break;
            case PrepareStandbys: break; // it is told again
            case FetchAheadDue: FetchAhead(); break;
            case NodeList listed: Keep(listed); break;
            case AskNodes: AskForReports(); break;
            case ReportsLate: LogReportsMissing(_pool, string.Join(", ", _awaited)); Begin(); break;
            case TellChanges: TellChangedAnswers(); break;
            case Gone gone: Forget(gone); break;
            case ClusterEvent.IMemberEvent or ClusterEvent.IReachabilityEvent: OnMember(message); break;
            default: OnRebalance(message); break;
        }
    }

    private void Keep(NodeReport report)
    {
        if (_placer.Keep(report) is not { } news) return;

        Heard(report);
        if (!_ready)
        {
            BeginIfComplete();
            return;
        }

        if (news.HasFlag(ReportNews.MoreRoom)) WakeWaiting();
        if (news.HasFlag(ReportNews.OtherNodes)) NodesChanged();
        if (news.HasFlag(ReportNews.Arrived)) RebalanceSoon();
        LookAfterMove();
    }

    private void BeginIfComplete()
    {
        if (_isListed && _awaited.Count == 0) Begin();
    }

    private void Begin()
    {
        _ready = true;
        KeepUnheard();
        _awaited.Clear();
        Timers.Cancel("ask");
        Timers.Cancel("late");
        LogBegan(_pool, _placer.Nodes.Length);
        foreach (var (request, asking) in _held.Values) Place(request, asking);
        foreach (var (question, asking) in _heldQuestions.Values) Answer(question, asking);
        _held.Clear();
        _heldQuestions.Clear();
        RebalanceHeld();
    }

    private void Place(PlaceTasks request, IActorRef asking)
    {
        var made = _placer.Place(AwayFromMove(request), _time.GetUtcNow());
        if (made.Unplaced.IsEmpty) _short.Remove(request.Service);
        else _short.Add(request.Service);
        asking.Tell(made);
    }

    private void Answer(GetEligibleNodes question, IActorRef asking) =>
        asking.Tell(_placer.Answer(question, _time.GetUtcNow()));

    private void WakeWaiting()
    {
        foreach (var service in _short) _others.Services().Tell(new CapacityFreed(service));
        _short.Clear();
    }

    private void NodesChanged()
    {
        if (!Timers.IsTimerActive("changes"))
            Timers.StartSingleTimer("changes", new TellChanges(), TellChangesAfter);
    }

    private void TellChangedAnswers()
    {
        foreach (var answer in _placer.ChangedAnswers(_time.GetUtcNow())) _others.Services().Tell(answer);
    }

    [LoggerMessage(
        LogLevel.Information, "Pool {Pool} is placed on this node from now on, with the reports of {Nodes} nodes")]
    private partial void LogBegan(string pool, int nodes);

    [LoggerMessage(LogLevel.Warning, "The placer of pool {Pool} began without the reports of {Nodes}")]
    private partial void LogReportsMissing(string pool, string nodes);

    private sealed record AskNodes : INoSerializationVerificationNeeded;

    private sealed record ReportsLate : INoSerializationVerificationNeeded;

    private sealed record TellChanges : INoSerializationVerificationNeeded;

    private sealed record Gone(NodeId Node, string Address) : INoSerializationVerificationNeeded;
}

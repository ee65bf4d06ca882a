using Akka.Actor;
using Akka.Cluster;
using Microsoft.Extensions.Logging;
using Swarm.Cluster.Catalog;
using Swarm.Core;
using Swarm.Core.Placement;

namespace Swarm.Cluster.Placement;

/// <summary>Makes the placements of one pool, on what its nodes report and what it has given away since.</summary>
/// <remarks>
/// <see cref="Placer"/> chooses. Nothing is persisted: one that comes up asks every node it can reach, and holds what
/// it is asked until they have answered, or <see cref="ReportsTimeout"/> has gone by.
/// </remarks>
internal sealed partial class PlacerEntity : UntypedActor, IWithTimers
{
    private static readonly TimeSpan ReportsTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(500);

    private readonly string _pool;
    private readonly Func<IActorRef> _services;
    private readonly TimeProvider _time;
    private readonly ILogger<PlacerEntity> _logger;
    private readonly Placer _placer = new();
    private readonly Dictionary<string, NodeReport> _reports = new(StringComparer.Ordinal);
    private readonly HashSet<string> _awaited = new(StringComparer.Ordinal);
    private readonly Dictionary<ServiceName, (PlaceTasks Request, IActorRef Asking)> _held = [];
    private readonly HashSet<ServiceName> _short = [];
    private bool _ready;

    public PlacerEntity(string pool, Func<IActorRef> services, TimeProvider time, ILogger<PlacerEntity> logger)
    {
        _pool = pool;
        _services = services;
        _time = time;
        _logger = logger;
    }

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    public static Props Props(
        string pool, Func<IActorRef> services, TimeProvider time, ILoggerFactory loggers) =>
        Akka.Actor.Props.Create(() => new PlacerEntity(pool, services, time, loggers.CreateLogger<PlacerEntity>()));

    protected override void PreStart()
    {
        var cluster = Akka.Cluster.Cluster.Get(Context.System);
        cluster.Subscribe(
            Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents,
            typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent));
        var unreachable = cluster.State.Unreachable;
        foreach (var member in cluster.State.Members
            .Where(member => member.Status == MemberStatus.Up && !unreachable.Contains(member)))
        {
            _awaited.Add(member.Address.ToString());
        }

        Timers.StartPeriodicTimer("ask", new AskNodes(), TimeSpan.Zero, AskAgain);
        Timers.StartSingleTimer("late", new ReportsLate(), ReportsTimeout);
    }

    protected override void PostStop() => Akka.Cluster.Cluster.Get(Context.System).Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case NodeReport report: Keep(report); break;
            case PlaceTasks request when _ready: Place(request, Sender); break;
            case PlaceTasks request: _held[request.Service] = (request, Sender); break;
            case AskNodes: foreach (var address in _awaited) Ask(address); break;
            case ReportsLate: LogReportsMissing(_pool, string.Join(", ", _awaited)); Begin(); break;
            case ClusterEvent.MemberUp up: Ask(up.Member.Address.ToString()); break;
            case ClusterEvent.ReachableMember reachable: SetReachable(reachable.Member, true); break;
            case ClusterEvent.UnreachableMember unreachable: SetReachable(unreachable.Member, false); break;
            case ClusterEvent.MemberRemoved removed: Remove(removed.Member); break;
            case ClusterEvent.IMemberEvent or ClusterEvent.IReachabilityEvent: break;
            default: Unhandled(message); break;
        }
    }

    private void Keep(NodeReport report)
    {
        if (!_placer.Keep(report)) return;

        var before = _reports.GetValueOrDefault(report.Node.Address);
        _reports[report.Node.Address] = report;
        _awaited.Remove(report.Node.Address);
        if (!_ready && _awaited.Count == 0) Begin();
        else if (before is null || HasMoreRoom(before, report)) WakeWaiting();
    }

    private void Begin()
    {
        _ready = true;
        _awaited.Clear();
        Timers.CancelAll();
        foreach (var (request, asking) in _held.Values) Place(request, asking);
        _held.Clear();
    }

    private void Place(PlaceTasks request, IActorRef asking)
    {
        var made = _placer.Place(request, _time.GetUtcNow());
        if (made.Unplaced.IsEmpty) _short.Remove(request.Service);
        else _short.Add(request.Service);
        asking.Tell(made);
    }

    private void WakeWaiting()
    {
        foreach (var service in _short) _services().Tell(new CapacityFreed(service));
        _short.Clear();
    }

    private static bool HasMoreRoom(NodeReport before, NodeReport now) =>
        before.Settings.Version != now.Settings.Version
        || now.HostPorts.Length < before.HostPorts.Length
        || now.Tasks.Length < before.Tasks.Length
        || Free(now).Cpu > Free(before).Cpu
        || Free(now).Memory > Free(before).Memory
        || Free(now).Pids > Free(before).Pids;

    private static Resources Free(NodeReport report) => report.Node.Capacity - report.Reserved;

    private void Ask(string address) =>
        Context.ActorSelection(address + NodeActorPath.Path).Tell(new GetNodeReport(_pool));

    private void SetReachable(Member member, bool reachable)
    {
        if (!_reports.TryGetValue(member.Address.ToString(), out var report)) return;

        _placer.SetReachable(report.Node.Id, reachable);
        if (reachable) WakeWaiting();
    }

    private void Remove(Member member)
    {
        _awaited.Remove(member.Address.ToString());
        if (_reports.Remove(member.Address.ToString(), out var report)) _placer.Remove(report.Node.Id);
    }

    [LoggerMessage(LogLevel.Warning, "The placer of pool {Pool} began without the reports of {Nodes}")]
    private partial void LogReportsMissing(string pool, string nodes);

    private sealed record AskNodes : INoSerializationVerificationNeeded;

    private sealed record ReportsLate : INoSerializationVerificationNeeded;
}

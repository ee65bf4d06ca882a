using System.Collections.Immutable;
using Akka.Actor;
using Microsoft.Extensions.Logging;
using Swarm.Cluster.Disk;
using Swarm.Core;
using Swarm.Core.Clients;
using Swarm.Core.Containers;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;
using Swarm.Core.Services;
using Swarm.Runtime.Nodes;

namespace Swarm.Cluster.Nodes;

/// <summary>This host, as the cluster talks with it: it takes orders of services, admits or
/// rejects, and passes on.</summary>
/// <remarks>
/// At /user/node. Each service is followed by a <see cref="NodeServiceActor"/>; this one holds what all of them share:
/// who may take what of the host. When it stops, containers go on. Told in docs/node.md.
/// </remarks>
internal sealed partial class NodeActor : UntypedActor, IWithTimers
{
    /// <summary>The name under which it is started.</summary>
    public const string Name = "node";

    private readonly NodeId _id;
    private readonly Resources _capacity;
    private readonly NodeSurroundings _node;
    private readonly ILogger _logger;
    private readonly Dictionary<ServiceName, IActorRef> _services = [];
    private readonly HashSet<TaskId> _running = [];
    private readonly HashSet<ServiceName> _unreadable = [];
    private readonly object _exitReader = new();

    // Of orders that came in part only: they are sent again until they are acknowledged, so nothing of this is kept.
    private ImmutableDictionary<ServiceName, ImmutableArray<ApplyServiceTasks>> _parts =
        ImmutableDictionary<ServiceName, ImmutableArray<ApplyServiceTasks>>.Empty;

    private NodeDescription _description;
    private NodeSettings _settings = NodeSettings.Default;
    private NodeLedger _ledger;
    private IActorRef _ingress = ActorRefs.Nobody;
    private IActorRef _reporter = ActorRefs.Nobody;
    private IActorRef _standalones = ActorRefs.Nobody;

    public NodeActor(NodeDescription description, NodeSurroundings node)
    {
        var allocatable = node.Options.AllocatableOf(description.Capacity);
        (_id, _capacity, _node) = (description.Id, description.Capacity, node);
        _description = description with { Capacity = allocatable };
        _logger = node.Loggers.CreateLogger<NodeActor>();
        _ledger = new NodeLedger(allocatable);
    }

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    /// <param name="description">The host as it finds itself, with all that it has.</param>
    public static Props Create(NodeDescription description, NodeSurroundings node) =>
        Props.Create(() => new NodeActor(description, node));

    // A child that fails has a bug; what it knew is on the disk, and it is made anew from there.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    protected override void PreStart()
    {
        var kept = _node.Store.Load();
        var served = kept.Services.SelectMany(ServedTasks).ToImmutableHashSet();
        _ingress = Watched(Props.Create(() => new IngressActor(_node, served)));
        _reporter = Watched(Props.Create(() => new NodeReporterActor(_description, _node)));
        foreach (var (service, fault) in kept.Unreadable)
        {
            LogUnreadable(service, fault);
            _unreadable.Add(new ServiceName(service));
        }

        foreach (var service in kept.Services) Restore(service);
        RemoveOrphans();
        _standalones = Watched(Props.Create(() => new StandalonesActor(_node)));
        ListenForExits();
        TellUse();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ApplyServiceTasks order: Take(order); break;
            case TasksReportKept answer when !NodeAdmission.Heeds(_ledger, answer):
                LogStaleAnswer(answer.Service, answer.Sequence, _ledger.Sequences[answer.Service]);
                TellSeen(answer.Service);
                break;
            case TasksReportKept answer when _services.TryGetValue(answer.Service, out var service):
                service.Tell(answer);
                break;
            case TasksReportKept: break;
            case TaskMoved moved: Note(moved); break;
            case TaskForgotten forgotten: Forget(forgotten.Task); break;
            case ServiceForgotten forgotten: Forget(forgotten.Service); break;
            case GetTaskLogs asked: AnswerLogs(asked); break;
            case GetNodeReport asked when asked.Pool == _description.Pool: _reporter.Tell(new TellReport()); break;
            case GetNodeReport: break;
            case NodeRegistered registered when registered.Node == _id: TakeSettings(registered.Settings); break;
            case NodeRegistered: break;
            case IStandaloneCommand command: _standalones.Forward(command); break;
            case StandaloneUse use: Note(use); break;
            case DiskSeen disk: Note(disk); break;
            case ExitsReady ready when ready.Reader == _exitReader: PassExits(); break;
            case ExitsReady: break;
            case ExitsEnded ended: LogExitsEnded(ended.Cause); break;
            case OrphanRemoved removed: LogOrphanRemoved(removed.Container, removed.Task); break;
            case OrphanNotRemoved failed: LogOrphanNotRemoved(failed.Cause, failed.Container); break;
            case FollowAgain again: Refollow(again.Service); break;
            case Terminated stopped: Revive(stopped.ActorRef); break;
            default: Unhandled(message); break;
        }
    }

    private void Take(ApplyServiceTasks order)
    {
        if (order.Node != _id)
        {
            LogMisdirected(order.Service, order.Node);
            return;
        }

        var (parts, whole) = OrderParts.Add(_parts.GetValueOrDefault(order.Service, []), order);
        _parts = parts.IsEmpty ? _parts.Remove(order.Service) : _parts.SetItem(order.Service, parts);
        if (whole is not null) TakeWhole(whole);
    }

    private void TakeWhole(ApplyServiceTasks order)
    {
        var taken = NodeAdmission.Take(_ledger, order);
        _ledger = taken.Ledger;
        switch (taken.Age)
        {
            case OrderAge.Stale:
                LogStale(order.Service, order.Sequence, _ledger.Sequences[order.Service]);
                TellSeen(order.Service);
                break;
            case OrderAge.Repeated when _services.ContainsKey(order.Service): TellSeen(order.Service); break;
            default:
                ServiceOf(order.Service).Tell(new CarryOutOrder(order, taken.Rejected));
                if (_unreadable.Remove(order.Service)) RemoveOrphans();
                TellUse();
                break;
        }
    }

    // Whoever is behind learns from the number that he is.
    private void TellSeen(ServiceName name)
    {
        if (_services.TryGetValue(name, out var service)) service.Tell(new AcknowledgeAgain());
    }

    private IActorRef ServiceOf(ServiceName name) => _services.TryGetValue(name, out var known)
        ? known
        : Follow(new KeptService { Name = name });

    private IActorRef Follow(KeptService kept) =>
        _services[kept.Name] = Watched(Props.Create(() => new NodeServiceActor(kept, _id, _node, _ingress)));

    private static IEnumerable<TaskId> ServedTasks(KeptService kept)
    {
        var published = kept.Templates
            .Where(template => template.Container.Ports.Any(port => port.Mode == PublishMode.Ingress))
            .Select(template => template.SpecVersion)
            .ToHashSet();
        return kept.Tasks
            .Where(task => task.State == TaskState.Running && task.Desired == TaskState.Running)
            .Where(task => published.Contains(task.SpecVersion))
            .Select(task => task.Task);
    }

    private void Restore(KeptService kept)
    {
        var templates = kept.Templates.ToDictionary(template => template.SpecVersion);
        _ledger = _ledger.Restore(kept.Name, kept.Sequence, kept.Tasks.Select(task =>
        {
            var template = templates.GetValueOrDefault(task.SpecVersion);
            return KeyValuePair.Create(task.Task, new TaskClaim(
                kept.Name, template?.Reservations ?? Resources.None, template?.Container.Ports ?? [],
                task.State < TaskState.Complete)
            {
                Slot = task.Slot,
            });
        }));
        foreach (var task in kept.Tasks.Where(task => task.State == TaskState.Running)) _running.Add(task.Task);
        Follow(kept);
    }

    private void Note(TaskMoved moved)
    {
        if (moved.State == TaskState.Running) _running.Add(moved.Task);
        else _running.Remove(moved.Task);
        if (moved.State >= TaskState.Complete) _ledger = _ledger.Release(moved.Task);
        TellUse();
    }

    private void Note(DiskSeen disk)
    {
        var isOther = disk.Fault != _ledger.DiskFault;
        _ledger = _ledger with { DiskFault = disk.Fault };
        if (isOther) TellUse();
    }

    private void Forget(TaskId task)
    {
        _ledger = _ledger.Forget(task);
        if (_node.Engine.Find(ContainerId.Of(task)) is not null) RemoveOrphans();
    }

    private void Forget(ServiceName service)
    {
        if (_ledger.Claims.Values.Any(claim => claim.Service == service)) return;
        _ledger = _ledger.Forget(service);
        if (_services.Remove(service, out var actor)) Context.Stop(Context.Unwatch(actor));
    }

    private void TakeSettings(NodeSettings settings)
    {
        if (settings.Version >= _settings.Version) _settings = settings;
        var allocatable = _node.Options.AllocatableOf(_capacity, _settings.SystemReserved);
        _ledger = _ledger with { Availability = _settings.Availability, Allocatable = allocatable };
        _description = _description with { Capacity = allocatable };
        TellUse();
        _reporter.Tell(new TellSettings(_settings, _description));
    }

    private void TellUse() => _reporter.Tell(new NodeUse(_ledger, _running.Count));

    private void AnswerLogs(GetTaskLogs asked) =>
        TaskLogs.ReadAsync(_node.Engine, asked, CancellationToken.None).PipeTo(
            Sender, Self, success: page => page,
            failure: cause => TaskLogs.Warn(asked, Causes.Of(cause).Message));

    /// <summary>Containers made for tasks that nobody wants; all other containers are none of ours.</summary>
    private void RemoveOrphans()
    {
        foreach (var container in _node.Engine.List())
        {
            if (TaskContainer.TaskOf(container) is not var (task, service)) continue;
            if (_ledger.Claims.ContainsKey(task) || _unreadable.Contains(service)) continue;

            var id = container.Id;
            _node.Engine.RemoveAsync(id, CancellationToken.None).PipeTo(
                Self, success: () => new OrphanRemoved(id, task), failure: cause => new OrphanNotRemoved(id, cause));
        }
    }

    private static IActorRef Watched(Props props) => Context.Watch(Context.ActorOf(props));

    /// <summary>A crash costs its own service a second. Without routes or reports there is no
    /// node: then all begins anew.</summary>
    private void Revive(IActorRef stopped)
    {
        LogCrashed(stopped.Path.ToString());
        var crashed = _services.FirstOrDefault(service => service.Value.Equals(stopped));
        if (crashed.Value is null) throw new InvalidOperationException($"{stopped.Path} crashed");

        _services.Remove(crashed.Key);
        Timers.StartSingleTimer(crashed.Key, new FollowAgain(crashed.Key), _node.Options.TellAgainAfter);
    }

    private void Refollow(ServiceName service)
    {
        if (_services.ContainsKey(service)) return;
        if (_node.Store.Load().Services.FirstOrDefault(kept => kept.Name == service) is { } kept) Restore(kept);
    }

    private sealed record FollowAgain(ServiceName Service) : INoSerializationVerificationNeeded;

    private sealed record ExitsReady(object Reader) : INoSerializationVerificationNeeded;

    private sealed record ExitsEnded(Exception? Cause) : INoSerializationVerificationNeeded;

    private sealed record OrphanRemoved(ContainerId Container, TaskId Task) : INoSerializationVerificationNeeded;

    private sealed record OrphanNotRemoved(ContainerId Container, Exception Cause) : INoSerializationVerificationNeeded;
}

using System.Collections.Immutable;
using Swarm.Cluster.Nodes;
using Swarm.Core;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;
using Swarm.Core.Services;
using Swarm.Runtime.Nodes;
using Swarm.Simulation.Checks;
using Swarm.Simulation.Hosts;
using Swarm.Simulation.Time;

namespace Swarm.Simulation.Nodes;

/// <summary>A node in one run of its process, driving <see cref="NodeAdmission"/> as its actor does.</summary>
internal sealed class NodeModel
{
    private readonly Stage _stage;
    private readonly HostProcess _process;
    private readonly NodeOptions _options = new();
    private readonly Dictionary<ServiceName, NodeServiceModel> _services = [];
    private readonly Dictionary<ServiceName, ImmutableArray<ApplyServiceTasks>> _parts = [];
    private readonly NodeDescription _description;
    private readonly Alarm _beat;
    private readonly Alarm _tellUse;
    private NodeLedger _ledger;
    private long _report;

    public NodeModel(Stage stage, HostProcess process)
    {
        (_stage, _process) = (stage, process);
        var capacity = process.Host.Capacity;
        _description = new NodeDescription(
            process.Host.Id, process.Host.Id.Value, $"akka.tcp://swarm@{process.Host.Id}", HostProcess.Pool, capacity);
        _ledger = new NodeLedger(capacity);
        _report = process.Now.ToUnixTimeMilliseconds();
        (_beat, _tellUse) = (new Alarm(process.Life), new Alarm(process.Life));
    }

    public bool IsAtRest => _services.Values.All(service => service.IsAtRest);

    public NodeLedger Ledger => _ledger;

    private Host Host => _process.Host;

    public void Start()
    {
        foreach (var kept in Host.Disk.Values.ToList()) Restore(kept);
        RemoveOrphans();
        TellUse();
        _beat.SetPeriodic(_options.Heartbeat, Report);
    }

    public void Receive(object message)
    {
        switch (message)
        {
            case ApplyServiceTasks order: Take(order); break;
            case TasksReportKept answer when !NodeAdmission.Heeds(_ledger, answer):
                _stage.Tally.Count("seen: stale answer ignored by a node");
                TellSeen(answer.Service);
                break;
            case TasksReportKept answer when _services.TryGetValue(answer.Service, out var service):
                service.Know(answer);
                break;
            case TasksReportKept: break;
            case GetNodeReport: Report(); break;
            default: throw new InvalidOperationException($"a node takes no {message.GetType().Name}");
        }
    }

    public void SeeExit(EngineContainer container)
    {
        if (_services.TryGetValue(container.Service, out var service)) service.SeeExit(container);
    }

    public void Note(TaskId task, TaskState state)
    {
        if (state >= TaskState.Complete) _ledger = _ledger.Release(task);
        TellUse();
    }

    public void Forget(TaskId task)
    {
        _ledger = _ledger.Forget(task);
        if (Host.Engine.Find(task) is not null) RemoveOrphans();
    }

    public void Forget(ServiceName service)
    {
        if (_ledger.Claims.Values.Any(claim => claim.Service == service)) return;
        _ledger = _ledger.Forget(service);
        _services.Remove(service);
    }

    private void Take(ApplyServiceTasks order)
    {
        var (parts, whole) = OrderParts.Add(_parts.GetValueOrDefault(order.Service, []), order);
        if (parts.IsEmpty) _parts.Remove(order.Service);
        else _parts[order.Service] = parts;
        if (order.Parts > 1) _stage.Tally.Count("seen: order in parts");
        if (whole is not null) TakeWhole(whole);
    }

    private void TakeWhole(ApplyServiceTasks order)
    {
        var taken = NodeAdmission.Take(_ledger, order);
        RuleBook.Admitted(Host, _ledger, taken.Ledger);
        _ledger = taken.Ledger;
        switch (taken.Age)
        {
            case OrderAge.Stale:
                _stage.Tally.Count("seen: stale order refused by a node");
                _stage.Trace.Say($"{Host}: refused order {order.Sequence} of {order.Service}");
                TellSeen(order.Service);
                break;
            case OrderAge.Repeated when _services.ContainsKey(order.Service): TellSeen(order.Service); break;
            default:
                _stage.Trace.Say($"{Host}: takes order {order.Sequence} of {order.Service}");
                ServiceOf(order.Service).CarryOut(new CarryOutOrder(order, taken.Rejected));
                TellUse();
                break;
        }
    }

    private void TellSeen(ServiceName name)
    {
        if (_services.TryGetValue(name, out var service)) service.AcknowledgeAgain();
    }

    private NodeServiceModel ServiceOf(ServiceName name) => _services.TryGetValue(name, out var known)
        ? known
        : Follow(new KeptService { Name = name });

    private NodeServiceModel Follow(KeptService kept)
    {
        var service = _services[kept.Name] = new NodeServiceModel(_stage, _process, kept);
        service.Start();
        return service;
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
        Follow(kept);
    }

    private void TellUse()
    {
        if (!_tellUse.IsSet) _tellUse.Set(_options.GatherFor, Report);
    }

    private void Report() =>
        _process.ToPlacer(NodeReports.Of(_ledger, _description, NodeSettings.Default, [], ++_report));

    private void RemoveOrphans()
    {
        foreach (var container in Host.Engine.Containers.ToList())
        {
            if (_ledger.Claims.ContainsKey(container.Task)) continue;
            _stage.Tally.Count("seen: orphan removed");
            Host.Engine.Remove(_process.Life, container.Task, () => { });
        }
    }
}

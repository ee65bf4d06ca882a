using Swarm.Cluster.Nodes;
using Swarm.Core;
using Swarm.Core.Nodes;
using Swarm.Core.Services;
using Swarm.Simulation.Hosts;
using Swarm.Simulation.Nodes;
using Swarm.Simulation.Telling;

namespace Swarm.Simulation.Checks;

/// <summary>What must never be, watched at every step.</summary>
internal sealed class RuleBook(Stage stage)
{
    private const int CompareEvery = 16;

    private readonly SortedDictionary<string, ServiceTruth> _truths = new(StringComparer.Ordinal);
    private readonly Dictionary<(Host, ServiceName), long> _taken = [];
    private readonly Dictionary<(ServiceName, string Id, int Slot), int> _successes = [];

    public IEnumerable<ServiceTruth> Services => _truths.Values;

    /// <summary>Told of every start and end of a container.</summary>
    public Action? ContainersChanged { get; set; }

    public ServiceTruth Of(ServiceName service) => _truths.TryGetValue(service.Value, out var truth)
        ? truth
        : _truths[service.Value] = new ServiceTruth(service);

    public int SuccessesOf(ServiceName service, ServiceId id, int slot) =>
        _successes.GetValueOrDefault((service, id.Value, slot));

    public void Committed(string entity, IReadOnlyList<object> events)
    {
        if (!entity.StartsWith("service-", StringComparison.Ordinal)) return;
        var truth = Of(new ServiceName(entity["service-".Length..]));
        foreach (var happened in events.Cast<ServiceEvent>())
        {
            truth.Take(happened);
            stage.Tally.Count("event: " + happened.GetType().Name);
            stage.Trace.Say($"journal: {truth.Name} {truth.Sequence} {happened.GetType().Name} {Brief(happened)}");
        }
    }

    public void Recovered(ServiceName service, ServiceState state, long sequence) =>
        Of(service).Compare(state, sequence, "after recovery");

    public void Applied(ServiceName service, ServiceState state, long sequence)
    {
        if (sequence % CompareEvery == 0) Of(service).Compare(state, sequence, "after its own event");
    }

    /// <summary>Nothing is acknowledged that the journal does not have.</summary>
    public void Acknowledged(ServiceName service, RequestId request)
    {
        if (!Of(service).Has(request))
            throw new BrokenRuleException($"{service}: request {request} was acknowledged and is not in the journal");
    }

    /// <summary>An order says what the journal gives at the number that it carries.</summary>
    public void OrderSent(ApplyServiceTasks order)
    {
        var kept = ServiceRules.OrdersFor(Of(order.Service).At(order.Sequence), order.Node, order.Sequence);
        if (order.Id != kept.Id || !order.Tasks.SequenceEqual(kept.Tasks))
        {
            throw new BrokenRuleException(
                $"{order.Service}: an order left for {order.Node} with number {order.Sequence} that says otherwise "
                    + "than the journal at that number");
        }
    }

    /// <summary>A node that has kept an order never goes back to an older one, whatever became of it in
    /// between.</summary>
    public void OrderTaken(Host host, ApplyServiceTasks order)
    {
        var kept = _taken.GetValueOrDefault((host, order.Service), -1);
        if (order.Sequence < kept)
            throw new BrokenRuleException($"{host}: took order {order.Sequence} of {order.Service} after {kept}");
    }

    /// <summary>It is on the node's disk: from here on it is fenced.</summary>
    public void OrderKept(Host host, ServiceName service, long sequence) => _taken[(host, service)] =
        Math.Max(sequence, _taken.GetValueOrDefault((host, service), -1));

    /// <summary>What is admitted fits. Over a restart more may be held than fits: what ended was not yet
    /// kept.</summary>
    public static void Admitted(Host host, NodeLedger before, NodeLedger after)
    {
        var (was, now) = (before.Reserved, after.Reserved);
        if ((now.Cpu > was.Cpu && now.Cpu > after.Allocatable.Cpu)
            || (now.Memory > was.Memory && now.Memory > after.Allocatable.Memory))
        {
            throw new BrokenRuleException($"{host}: has given away more than it has");
        }
    }

    /// <summary>What a node is told to be known is in the journal; what it is told to be unknown is not wanted
    /// there.</summary>
    public void ReportKept(Host host, TasksReportKept answer, NodeServiceState node)
    {
        var now = Of(answer.Service).Now;
        foreach (var id in answer.Unknown.Where(node.Tasks.ContainsKey))
        {
            if (now.Find(id) is { } task && task.Node == host.Id && task.IsLive())
                throw new BrokenRuleException($"{host}: was told to remove {id}, which is wanted there");
        }

        foreach (var task in node.Tasks.Values.Where(task => task.ToldIn <= answer.Report && !task.IsKnown))
        {
            if (now.Find(task.Kept.Task) is { } known && known.Node == host.Id && !known.HasEnded()
                && known.State < task.Kept.State)
            {
                throw new BrokenRuleException(
                    $"{host}: {task.Kept.Task} was acknowledged as {task.Kept.State}, the journal has {known.State}");
            }
        }
    }

    public void Started(Host host, EngineContainer container)
    {
        var reserved = host.Engine.Running.Aggregate(Resources.None, (sum, one) => sum + one.Reserved);
        if (reserved.Cpu > host.Capacity.Cpu || reserved.Memory > host.Capacity.Memory)
            throw new BrokenRuleException($"{host}: its containers use more than it has, with {container.Task}");
        stage.Tally.Count("seen: container started");
        ContainersChanged?.Invoke();
    }

    public void Ended(EngineContainer container)
    {
        if (container is { Work: Workload.Completes, End.ExitCode: 0 })
        {
            var id = container.Task.Value[..container.Task.Value.LastIndexOf('.')];
            var key = (container.Service, id, container.Slot);
            _successes[key] = _successes.GetValueOrDefault(key) + 1;
        }

        stage.Tally.Count("seen: container ended");
        ContainersChanged?.Invoke();
    }

    private static string Brief(ServiceEvent happened) => happened switch
    {
        ServiceEvent.TasksCreated created => $"slots {string.Join(',', created.Slots)} {created.Desired}",
        ServiceEvent.PlacementsKept kept => string.Join(
            ' ', kept.Placed.Select(placed => $"{placed.Task}@{placed.Node}")) + " " + kept.Reason,
        ServiceEvent.TasksReported reported => $"{reported.Node}: "
            + string.Join(' ', reported.Tasks.Select(task => $"{task.Task}={task.State}")),
        ServiceEvent.TasksDesired desired => $"{string.Join(',', desired.Tasks)} {desired.Desired} {desired.Reason}",
        ServiceEvent.ReachabilitySeen seen => $"{seen.Node} {seen.Reachable}",
        ServiceEvent.NodeLost lost => lost.Node.Value,
        ServiceEvent.UpdateMoved moved => $"{moved.Phase} {moved.Reason}",
        ServiceEvent.TasksForgotten forgotten => string.Join(',', forgotten.Tasks),
        ServiceEvent.SlotsClosed closed => string.Join(',', closed.Slots),
        ServiceEvent.SlotsOpened opened => string.Join(',', opened.Slots),
        _ => "",
    };
}

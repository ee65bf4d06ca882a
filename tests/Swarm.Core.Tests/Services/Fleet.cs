using System.Collections.Immutable;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

/// <summary>One service, its nodes and a clock, in memory: what its entity, its placer and its
/// nodes would do, done at once.</summary>
internal sealed class Fleet
{
    private int _requests;

    public Fleet(int nodes = 1, Func<TaskTemplate, TaskOrder, Fate>? fateOf = null)
    {
        Nodes = [.. Enumerable.Range(1, nodes).Select(number =>
            new FleetNode(new NodeId($"n{number}"), (template, order) => FateOf!(template, order)))];
        FateOf = fateOf ?? ((_, _) => Fate.Runs);
    }

    public Func<TaskTemplate, TaskOrder, Fate> FateOf { get; set; }

    public ServiceState State { get; private set; } = ServiceState.Empty(Specs.Web);

    public DateTimeOffset Now { get; private set; } = Specs.Noon;

    public List<ServiceEvent> Journal { get; } = [];

    public List<FleetNode> Nodes { get; }

    /// <summary>What is seen after each input, for checks that must hold throughout.</summary>
    public Action<ServiceState, ServiceState>? Watch { get; set; }

    /// <summary>Each input, after it was carried out.</summary>
    public Action<ServiceInput>? Told { get; set; }

    /// <summary>The placer finds no room.</summary>
    public bool PlacerIsFull { get; set; }

    public IReadOnlyList<ServiceTask> Running =>
    [
        .. State.Tasks.Values.Where(task => task is { State: TaskState.Running, Desired: TaskState.Running }
            && !State.IsLost(task.Node)),
    ];

    /// <summary>The slots of which a container runs, whatever is known of it; twice for two containers.</summary>
    public IEnumerable<int> RunningSlots => Nodes.SelectMany(node => node.RunningSlots);

    public ServiceDecision Deploy(ServiceSpec spec) =>
        Tell(new ServiceInput.Deploy(
            new DeployService(new RequestId($"r{++_requests}"), spec), new ServiceId($"s{_requests}")));

    public ServiceDecision Scale(int replicas) =>
        Tell(new ServiceInput.Scale(new ScaleService(new RequestId($"r{++_requests}"), Specs.Web, replicas)));

    public ServiceDecision Remove() =>
        Tell(new ServiceInput.Remove(new RemoveService(new RequestId($"r{++_requests}"), Specs.Web)));

    public ServiceDecision RollBack() =>
        Tell(new ServiceInput.RollBack(new RollbackService(new RequestId($"r{++_requests}"), Specs.Web)));

    public ServiceDecision RunNow() =>
        Tell(new ServiceInput.Run(new RunJob(new RequestId($"r{++_requests}"), Specs.Web)));

    public ServiceDecision Move(ServiceTask task) =>
        Tell(new ServiceInput.Move(new MoveTask(
            new RequestId($"r{++_requests}"), Specs.Web, task.Id, "rebalance: the test wanted it")));

    public ServiceDecision Tell(ServiceInput input)
    {
        var before = State;
        var decision = ServiceRules.Decide(State, input, Now);
        foreach (var happened in decision.Events) State = ServiceRules.Apply(State, happened);
        Journal.AddRange(decision.Events);
        Watch?.Invoke(before, State);
        Told?.Invoke(input);
        return decision;
    }

    /// <summary>The entity comes up, after an earlier one has kept this.</summary>
    public void Recover(ServiceEvent kept)
    {
        State = ServiceRules.Apply(State, kept);
        Journal.Add(kept);
        Tell(new ServiceInput.CameUp());
    }

    /// <summary>A link to a node breaks or heals: what runs there goes on.</summary>
    public void Reach(FleetNode node, bool reachable)
    {
        node.Reachable = reachable;
        See(node);
    }

    public void Set(FleetNode node, NodeAvailability availability)
    {
        node.Availability = availability;
        See(node);
    }

    /// <summary>Lets everybody work for so long; time passes only when nobody has anything to do.</summary>
    public void Run(TimeSpan time)
    {
        var until = Now + time;
        while (true)
        {
            while (Round())
            {
            }

            var wake = ServiceRules.Needs(State, Now).WakeAt;
            Now = wake < until ? wake.Value : until;
            Tell(new ServiceInput.Woke());
            if (Now == until) return;
        }
    }

    /// <summary>The clock is set; the entity looks at it now and then.</summary>
    public void SetClock(TimeSpan by)
    {
        Now += by;
        Tell(new ServiceInput.Woke());
    }

    /// <summary>For so long nobody decides anything; then the entity comes up again.</summary>
    public ServiceDecision BeDown(TimeSpan time)
    {
        Now += time;
        return Tell(new ServiceInput.CameUp());
    }

    /// <summary>Placer and nodes do one thing each.</summary>
    /// <returns>Whether anything changed.</returns>
    public bool Round()
    {
        var before = Journal.Count;
        Place();
        foreach (var node in Nodes)
        {
            if (!node.Reachable)
            {
                node.Work();
                continue;
            }

            if (ServiceRules.NodesOf(State).Contains(node.Id))
                node.Take(ServiceRules.OrdersFor(State, node.Id, Journal.Count));
            node.Work();
            if (node.HasNothing) continue;
            var report = node.Report(Specs.Web, Now);
            Tell(new ServiceInput.Reported(report));
            node.Forget(ServiceRules.UnknownTasks(State, report));
        }

        return Journal.Count != before || Nodes.Exists(node => node.Reachable && node.IsStopping);
    }

    private void See(FleetNode node) => Tell(new ServiceInput.NodeSeen(
        new NodeSeen(Specs.Web, node.Id, node.Reachable, node.Availability)));

    /// <summary>Nodes that have fewer tasks come first.</summary>
    private void Place()
    {
        if (ServiceRules.Needs(State, Now).Eligible is { } question) TellEligible(question);
        if (ServiceRules.Needs(State, Now).Placement is not { } asked) return;
        var nodes = PlacerIsFull
            ? []
            : Nodes.Where(node => node is { Reachable: true, Availability: NodeAvailability.Active })
                .OrderBy(node => asked.RunningPerNode.GetValueOrDefault(node.Id.Value)).ToList();
        var bound = asked.Bound.Where(one => nodes.Exists(node => node.Id == one.Node)).ToList();
        ImmutableArray<TaskPlacement> placed = nodes.Count == 0
            ? []
            : [.. asked.Tasks.Select((task, i) => new TaskPlacement(task, nodes[i % nodes.Count].Id)), .. bound];
        var all = asked.Tasks.Concat(asked.Bound.Select(one => one.Task));
        ImmutableArray<TaskId> left = [.. all.Except(placed.Select(one => one.Task))];
        Tell(new ServiceInput.Placed(new PlacementsMade(
            Specs.Web, asked.Request, placed, left, left.IsEmpty ? "" : "no room")
        { LacksRoom = left.Length > 0 }));
    }

    private void TellEligible(GetEligibleNodes question) => Tell(new ServiceInput.Eligible(new EligibleNodes(
        Specs.Web,
        [.. Nodes.Where(node => node.Availability != NodeAvailability.Drain).Select(node => node.Id)])
    { Question = question }));
}

using Akka.Actor;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Cluster.Placement;

/// <content>Evening out the pool: when it is asked to, and by itself for services that allow it.</content>
internal sealed partial class PlacerEntity
{
    private const int PlansKept = 32;

    // Several nodes may come at about the same time, and each has to settle.
    private static readonly TimeSpan RebalanceAfter = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RebalanceAgainAfter = TimeSpan.FromMinutes(1);

    private readonly List<(RebalancePool Request, IActorRef Asking)> _heldRebalances = [];
    private readonly Dictionary<RequestId, Rebalancing> _rebalancings = [];
    private readonly Queue<RebalancePlan> _plans = [];
    private RebalanceMove? _moving;
    private int _tasksBefore;
    private long _ownRebalances;

    private bool IsMovingTasks => _rebalancings.Values.Any(one => !one.DryRun);

    private void OnRebalance(object message)
    {
        switch (message)
        {
            case RebalancePool request when _ready: Rebalance(request, Sender); break;
            case RebalancePool request: _heldRebalances.Add((request, Sender)); break;
            case RebalanceDue: RebalanceItself(); break;
            case ServicesKnown known: Plan(known); break;
            case MoveBegan began: NoteMove(began); break;
            case RebalanceEnded ended: EndRebalance(ended); break;
            case Terminated stopped: ForgetRebalance(stopped.ActorRef); break;
            default: Unhandled(message); break;
        }
    }

    private void RebalanceHeld()
    {
        foreach (var (request, asking) in _heldRebalances) Rebalance(request, asking);
        _heldRebalances.Clear();
        RebalanceSoon();
    }

    /// <summary>A level: a placer that has just come up, too, looks whether the pool is even.</summary>
    private void RebalanceSoon()
    {
        if (!Timers.IsTimerActive("rebalance"))
            Timers.StartSingleTimer("rebalance", new RebalanceDue(), RebalanceAfter);
    }

    private void Rebalance(RebalancePool request, IActorRef asking)
    {
        if (_plans.FirstOrDefault(plan => plan.Request == request.Request) is { } known) asking.Tell(known);
        else if (_rebalancings.TryGetValue(request.Request, out var running)) running.Asking.Add(asking);
        else if (!request.DryRun && IsMovingTasks)
            asking.Tell(new RequestRefused($"pool {_pool} is being rebalanced at this time: try again later"));
        else Start(request.Request, request.DryRun, isAsked: true).Asking.Add(asking);
    }

    private void RebalanceItself()
    {
        var request = new RequestId($"rebalance-{_time.GetUtcNow().Ticks}-{++_ownRebalances}");
        if (IsMovingTasks) RebalanceSoon();
        else if (_placer.Nodes.Length > 1) Start(request, dryRun: false, isAsked: false);
    }

    private Rebalancing Start(RequestId request, bool dryRun, bool isAsked)
    {
        var actor = Context.Watch(Context.ActorOf(
            RebalanceActor.Props(request, _placer.Services, _others.Services, _loggers)));
        return _rebalancings[request] = new Rebalancing(actor, dryRun, isAsked);
    }

    private void Plan(ServicesKnown known)
    {
        if (!_rebalancings.TryGetValue(known.Request, out var running)) return;
        var plan = _placer.Plan(
            known.Request, known.Services.Where(service => service.Pool == _pool), onlyWilling: !running.IsAsked);
        if (running.IsAsked)
        {
            if (_plans.Count == PlansKept) _plans.Dequeue();
            _plans.Enqueue(plan);
        }

        foreach (var asking in running.Asking) asking.Tell(plan);
        if (!running.DryRun && !plan.Moves.IsEmpty) LogRebalance(_pool, plan.Moves.Length);
        running.Moves.AddRange(plan.Moves);
        if (running.DryRun) Context.Stop(running.Actor);
        else running.Actor.Tell(plan);
    }

    private void NoteMove(MoveBegan began)
    {
        _moving = _rebalancings.GetValueOrDefault(began.Request)?.Moves.Find(move => move.Task == began.Task);
        _tasksBefore = _moving is null ? 0 : _placer.TasksOf(_moving.Service);
    }

    /// <summary>A node's report may show that the move is done.</summary>
    private void LookAfterMove()
    {
        if (_moving is not { } move || !_placer.IsMoved(move, _tasksBefore)) return;
        _moving = null;
        foreach (var running in _rebalancings.Values) running.Actor.Tell(new MoveSeen(move.Task));
    }

    /// <summary>The task that takes the place of one that is moved should not go back to its node.</summary>
    private PlaceTasks AwayFromMove(PlaceTasks request) => _moving is { } move && move.Service == request.Service
        ? request with { AvoidNodes = request.AvoidNodes.SetItem(move.From.Value, int.MaxValue) }
        : request;

    private void EndRebalance(RebalanceEnded ended)
    {
        _moving = null;
        if (_rebalancings.Remove(ended.Request, out var running) && !ended.Whole && !running.IsAsked)
            Timers.StartSingleTimer("rebalance", new RebalanceDue(), RebalanceAgainAfter);
    }

    private void ForgetRebalance(IActorRef actor)
    {
        foreach (var (request, running) in _rebalancings.ToList())
        {
            if (!running.Actor.Equals(actor)) continue;
            if (!running.DryRun) _moving = null;
            _rebalancings.Remove(request);
        }
    }

    [LoggerMessage(LogLevel.Information, "Pool {Pool} is rebalanced by {Moves} moves")]
    private partial void LogRebalance(string pool, int moves);

    private sealed record RebalanceDue : INoSerializationVerificationNeeded;

    private sealed record Rebalancing(IActorRef Actor, bool DryRun, bool IsAsked)
    {
        public List<IActorRef> Asking { get; } = [];

        public List<RebalanceMove> Moves { get; } = [];
    }
}

using System.Collections.Immutable;
using Akka.Actor;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Cluster.Placement;

/// <summary>One rebalancing of a pool: learns the services from their owners, and moves what its parent has planned,
/// one task at a time.</summary>
/// <remarks>It ends when nothing is left to be moved, or when a move is not done in time.</remarks>
internal sealed partial class RebalanceActor : UntypedActor, IWithTimers
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan GatherTimeout = TimeSpan.FromSeconds(6);

    // Its image may have to be fetched first.
    private static readonly TimeSpan MoveTimeout = TimeSpan.FromMinutes(2);

    private readonly RequestId _request;
    private readonly Queue<ServiceName> _unasked;
    private readonly Func<IActorRef> _services;
    private readonly ILogger<RebalanceActor> _logger;
    private readonly ImmutableArray<RebalanceService>.Builder _known = ImmutableArray.CreateBuilder<RebalanceService>();
    private readonly List<ServiceTask> _tasks = [];
    private readonly Queue<MoveTask> _moves = [];
    private IActorRef _asker = ActorRefs.Nobody;
    private bool _gathered;

    public RebalanceActor(
        RequestId request, IEnumerable<ServiceName> names, Func<IActorRef> services, ILogger<RebalanceActor> logger)
    {
        _request = request;
        _unasked = new Queue<ServiceName>(names);
        _services = services;
        _logger = logger;
    }

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    public static Props Props(
        RequestId request, IEnumerable<ServiceName> names, Func<IActorRef> services, ILoggerFactory loggers) =>
        Akka.Actor.Props.Create(
            () => new RebalanceActor(request, names, services, loggers.CreateLogger<RebalanceActor>()));

    protected override void PreStart()
    {
        Timers.StartSingleTimer("gather", new GatheredLate(), GatherTimeout);
        AskNext();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ServiceDetails details when !_gathered: Keep(details); break;
            case RequestRefused when !_gathered: SkipService(); break;
            case Unanswered: SkipService(); break;
            case GatheredLate: Gathered(); break;
            case RebalancePlan plan: Begin(plan); break;
            case MoveRefused refused when IsMoving(refused.Task): SkipMove(refused.Reason); break;
            case MoveSeen seen when IsMoving(seen.Task): Done(); break;
            case MoveLate: GiveUp(); break;
            case ServiceDetails or RequestRefused or MoveRefused or MoveSeen: break; // of what is over
            default: Unhandled(message); break;
        }
    }

    private void AskNext(long after = 0)
    {
        if (_unasked.Count == 0)
        {
            Gathered();
            return;
        }

        _services().Tell(new GetService(_unasked.Peek()) { After = after });
        Timers.StartSingleTimer("answer", new Unanswered(), AnswerTimeout);
    }

    private void Keep(ServiceDetails details)
    {
        if (_unasked.Count == 0 || details.Spec.Name != _unasked.Peek()) return;

        _tasks.AddRange(details.Tasks);
        if (details.Next is { } next)
        {
            AskNext(next);
            return;
        }

        _known.Add(RebalanceService.Of(details with { Tasks = [.. _tasks] }));
        SkipService();
    }

    /// <summary>Who does not answer is not moved, and not taken into account.</summary>
    private void SkipService()
    {
        if (_gathered) return;
        _tasks.Clear();
        _unasked.TryDequeue(out _);
        AskNext();
    }

    private void Gathered()
    {
        if (_gathered) return;
        _gathered = true;
        Timers.Cancel("answer");
        Timers.Cancel("gather");
        Context.Parent.Tell(new ServicesKnown(_request, _known.ToImmutable()));
    }

    private void Begin(RebalancePlan plan)
    {
        foreach (var move in plan.Moves)
        {
            _moves.Enqueue(new MoveTask(
                new RequestId($"{_request}/{move.Task}"), move.Service, move.Task, move.Reason));
        }

        MoveNext();
    }

    private void MoveNext()
    {
        Context.Stop(_asker);
        Timers.Cancel("move");
        if (_moves.Count == 0)
        {
            Context.Parent.Tell(new RebalanceEnded(_request, Whole: true));
            Context.Stop(Self);
            return;
        }

        Context.Parent.Tell(new MoveBegan(_request, _moves.Peek().Task));
        Timers.StartSingleTimer("move", new MoveLate(), MoveTimeout);
        _asker = Context.ActorOf(MoveAsker.Props(_moves.Peek(), _services));
    }

    private void Done()
    {
        LogMoved(_moves.Peek().Task, _moves.Peek().Service);
        _moves.Dequeue();
        MoveNext();
    }

    private void SkipMove(string reason)
    {
        LogNotMoved(_moves.Peek().Task, _moves.Peek().Service, reason);
        _moves.Dequeue();
        MoveNext();
    }

    private void GiveUp()
    {
        LogGivenUp(_moves.Peek().Task, _moves.Peek().Service, _moves.Count);
        Context.Parent.Tell(new RebalanceEnded(_request, Whole: false));
        Context.Stop(Self);
    }

    private bool IsMoving(TaskId task) => _moves.TryPeek(out var move) && move.Task == task;

    [LoggerMessage(LogLevel.Information, "Task {Task} of service {Service} was moved for balance")]
    private partial void LogMoved(TaskId task, ServiceName service);

    [LoggerMessage(LogLevel.Information, "Task {Task} of service {Service} was not moved: {Reason}")]
    private partial void LogNotMoved(TaskId task, ServiceName service, string reason);

    [LoggerMessage(
        LogLevel.Warning, "Task {Task} of service {Service} was not moved in time; {Left} moves were not made")]
    private partial void LogGivenUp(TaskId task, ServiceName service, int left);

    private sealed record Unanswered : INoSerializationVerificationNeeded;

    private sealed record GatheredLate : INoSerializationVerificationNeeded;

    private sealed record MoveLate : INoSerializationVerificationNeeded;
}

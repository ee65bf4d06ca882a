using System.Collections.Immutable;
using System.Diagnostics;
using Akka.Actor;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Services;
using Swarm.Runtime.Nodes;

namespace Swarm.Cluster.Nodes;

/// <summary>Follows one service on this node: its orders are kept before they are
/// acknowledged, its tasks reported until kept.</summary>
/// <remarks>The order of things: keep, then acknowledge, start, report. Drawn in docs/node.md.</remarks>
internal sealed partial class NodeServiceActor(KeptService kept, NodeId id, NodeSurroundings node, IActorRef ingress)
    : UntypedActor, IWithTimers
{
    /// <summary>Between two reports of all tasks: so a node that was away learns what was removed.</summary>
    private static readonly TimeSpan TellAllEvery = TimeSpan.FromMinutes(1);

    private readonly ILogger _logger = node.Loggers.CreateLogger<NodeServiceActor>();
    private readonly NodeServiceState _state = new(kept);
    private ReportTasks? _report;
    private long _acknowledged;
    private bool _isSaving;
    private bool _mustSave;

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    private bool IsEmpty => _state.Tasks.Count == 0;

    // A container actor that fails has a bug; its container goes on, and a new actor finds it.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(nameof(TellAll), new TellAll(), TellAllEvery);
        FollowLeftovers();
        FollowLease();
        StartContainers();
        if (IsEmpty) EndFenceLater();
        else Save();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case CarryOutOrder taken: CarryOut(taken); break;
            case AcknowledgeAgain: Acknowledge(); break;
            case ContainerMoved moved when TaskOf(Sender) is { } task: Move(task, moved.Container); break;
            case ContainerMoved: break;
            case ContainerExitSeen seen when _state.Tasks.TryGetValue(seen.Task, out var task):
                task.Actor?.Tell(seen);
                break;
            case ContainerExitSeen: break;
            case TasksReportKept answer: Know(answer); break;
            case SaveNow: Save(); break;
            case Saved saved: Continue(saved); break;
            case SaveFailed failed: SaveAgain(failed); break;
            case TellAgain when _report is { } report: Tell(report); break;
            case TellAgain: break;
            case TellAll when !IsEmpty && _report is null: _state.TellAll(); SaveLater(); break;
            case TellAll: break;
            case StartAgain: StartContainers(); break;
            case LeaseHad had: HaveLease(had); break;
            case LeaseOver: LoseLease("its node could not reach its service: it may be started elsewhere"); break;
            case Terminated stopped when stopped.ActorRef.Equals(_leaseActor):
                throw new InvalidOperationException($"{stopped.ActorRef.Path} crashed");
            case Terminated stopped when TaskOf(stopped.ActorRef) is { } task: Revive(task); break;
            case Terminated: break;
            case FenceEnded when IsEmpty && !_isSaving: Forget(); break;
            case FenceEnded: break;
            case WasForgotten: EndFence(); break;
            default: Unhandled(message); break;
        }
    }

    private NodeTask? TaskOf(IActorRef actor) => _state.Tasks.Values.FirstOrDefault(task => actor.Equals(task.Actor));

    private void CarryOut(CarryOutOrder taken)
    {
        Timers.Cancel(nameof(FenceEnded));
        _state.Take(taken, task => node.Engine.Find(ContainerId.Of(task)) is not null, node.Time.GetUtcNow());
        foreach (var (task, reason) in taken.Rejected) LogRejected(task, reason);
        FollowLease();
        Save();
    }

    private void Move(NodeTask task, Container container)
    {
        var before = task.Kept.State;
        NodeServiceState.Move(task, container, node.Time.GetUtcNow());
        if (task.Kept.State != before) Context.Parent.Tell(new TaskMoved(container.Task, task.Kept.State));
        if (before < TaskState.Ready && task.Kept.State >= TaskState.Ready) TellImage(task);
        if (task.Kept.State == TaskState.Remove) StopActor(task);
        if (!task.IsKnown) SaveLater();
        FollowLease();
    }

    /// <summary>What the cluster did not know when the service was deployed is known now: its other tasks are to run
    /// the same.</summary>
    private void TellImage(NodeTask task)
    {
        if (_state.TemplateOf(task.Kept) is not { Container: { PinnedImage: null, Image: var image } }) return;
        if (node.Engine.Find(ContainerId.Of(task.Kept.Task)) is not { } made) return;
        node.Peers.Services.Tell(new ImageResolved(kept.Name, image, made.ImageId), Context.Parent);
    }

    /// <summary>Everything is written before anything is said of it, one write at a time.</summary>
    private void Save()
    {
        _mustSave = _isSaving;
        if (_isSaving) return;

        Timers.Cancel(nameof(SaveNow));
        _report = _state.NextReport(id);
        var saving = new Saved(
            _state.Sequence, _report, [.. _state.Tasks.Values.Select(task => (task, task.Kept.Desired))]);
        _isSaving = true;
        node.Store
            .SaveAsync(_state.Snapshot())
            .PipeTo(Self, success: () => saving, failure: cause => new SaveFailed(cause));
    }

    private void Continue(Saved saved)
    {
        _isSaving = false;
        foreach (var (task, desired) in saved.Tasks) task.Order(desired);
        if (saved.Sequence > _acknowledged)
        {
            _acknowledged = saved.Sequence;
            Acknowledge();
        }

        StartContainers();
        if (saved.Report is { } report) Tell(report);
        if (_mustSave) Save();
        else if (IsEmpty) EndFenceLater();
    }

    private void SaveAgain(SaveFailed failed)
    {
        LogNotSaved(failed.Cause, kept.Name);
        (_isSaving, _mustSave) = (false, false);
        Timers.StartSingleTimer(nameof(SaveNow), new SaveNow(), node.Options.TellAgainAfter);
        // What is to stop is stopped all the same: that may be what fills the disk.
        foreach (var task in _state.Tasks.Values.Where(task => task is { Ordered: not null }
            && task.Kept.Desired >= TaskState.Shutdown))
        {
            task.Order(task.Kept.Desired);
        }

        _report = _state.NextUnkeptReport(id);
        if (_report is { } report) Tell(report);
    }

    private void SaveLater()
    {
        if (_isSaving) _mustSave = true;
        else if (!Timers.IsTimerActive(nameof(SaveNow)))
            Timers.StartSingleTimer(nameof(SaveNow), new SaveNow(), node.Options.GatherFor);
    }

    private void Acknowledge()
    {
        if (_acknowledged > 0) node.Peers.Services.Tell(new TasksApplied(kept.Name, id, _acknowledged), Context.Parent);
    }

    private void Tell(ReportTasks report)
    {
        node.Peers.Services.Tell(report, Context.Parent);
        Timers.StartSingleTimer(nameof(TellAgain), new TellAgain(), node.Options.TellAgainAfter);
    }

    private void Know(TasksReportKept answer)
    {
        _state.Disown(answer.Unknown, node.Time.GetUtcNow());
        var gone = _state.Acknowledge(answer);
        foreach (var task in gone) Context.Parent.Tell(new TaskForgotten(task.Kept.Task));
        if (answer.Report == _report?.Report)
        {
            _report = null;
            Timers.Cancel(nameof(TellAgain));
        }

        if (gone.Length > 0
            || !answer.Unknown.IsEmpty
            || _state.Tasks.Values.Any(task => task is { IsKnown: false, ToldIn: null }))
            SaveLater();
    }

    /// <summary>Only what is kept is run; what needs a lease is not begun without one.</summary>
    private void StartContainers()
    {
        foreach (var task in _state.Tasks.Values
            .Where(task => task.Actor is null && !task.IsWithoutContainer))
        {
            if (task.Ordered is not { } desired) continue;
            if (desired <= TaskState.Running && IsLeased(task) && !MayRun) continue;
            RunContainer(task, desired);
        }
    }

    private void RunContainer(NodeTask task, TaskState desired)
    {
        var template = _state.TemplateOf(task.Kept)
            ?? throw new UnreachableException($"task {task.Kept.Task} has no template");

        var container = Container.Admitted(task.Kept.Task, template, node.Options.Restarts) with
        {
            Desired = desired,
            State = task.Kept.State,
            Reason = task.Kept.Reason,
            Observed = task.Kept.Container ?? new ContainerObservation { Id = ContainerId.Of(task.Kept.Task) },
        };
        var gate = template.AtMostOnce ? _gate : null;
        var definition = TaskContainer.Define(kept.Name, task.Kept.Task, task.Kept.Slot, template.Container) with
        {
            Lease = template.AtMostOnce ? kept.Name.Value : null,
        };
        task.Actor = Context.Watch(Context.ActorOf(
            Props.Create(() => new ContainerActor(kept.Name, container, definition, node, ingress, gate))));
    }

    private static void StopActor(NodeTask task)
    {
        if (task.Actor is not { } actor) return;
        task.Actor = null;
        Context.Stop(Context.Unwatch(actor));
    }

    private void Revive(NodeTask task)
    {
        LogCrashed(task.Kept.Task);
        task.Actor = null;
        Timers.StartSingleTimer(nameof(StartAgain), new StartAgain(), node.Options.TellAgainAfter);
    }

    private void EndFenceLater() =>
        Timers.StartSingleTimer(nameof(FenceEnded), new FenceEnded(), node.Options.FenceFor);

    private void Forget()
    {
        _isSaving = true;
        node.Store.ForgetAsync(kept.Name).PipeTo(
            Self, success: () => new WasForgotten(), failure: cause => new SaveFailed(cause));
    }

    private void EndFence()
    {
        _isSaving = false;
        if (_mustSave || !IsEmpty) Save();
        else Context.Parent.Tell(new ServiceForgotten(kept.Name));
    }

    [LoggerMessage(LogLevel.Warning, "Task {Task} was rejected: {Reason}")]
    private partial void LogRejected(TaskId task, string reason);

    [LoggerMessage(LogLevel.Error, "Service {Service} could not be kept; nothing is acknowledged until it is")]
    private partial void LogNotSaved(Exception cause, ServiceName service);

    [LoggerMessage(LogLevel.Error, "The actor of task {Task} crashed; its container goes on and is looked for again")]
    private partial void LogCrashed(TaskId task);

    private sealed record SaveNow : INoSerializationVerificationNeeded;

    private sealed record Saved(
        long Sequence, ReportTasks? Report, ImmutableArray<(NodeTask Task, TaskState Desired)> Tasks)
        : INoSerializationVerificationNeeded;

    private sealed record SaveFailed(Exception Cause) : INoSerializationVerificationNeeded;

    private sealed record TellAgain : INoSerializationVerificationNeeded;

    private sealed record TellAll : INoSerializationVerificationNeeded;

    private sealed record StartAgain : INoSerializationVerificationNeeded;

    private sealed record FenceEnded : INoSerializationVerificationNeeded;

    private sealed record WasForgotten : INoSerializationVerificationNeeded;
}

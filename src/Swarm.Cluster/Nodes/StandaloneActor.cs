using Akka.Actor;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Services;
using Swarm.Runtime;
using Swarm.Runtime.Nodes;
using static Swarm.Cluster.Nodes.StandaloneAnswer;

namespace Swarm.Cluster.Nodes;

/// <summary>One container that belongs to no service: what is wanted of it is kept before it is carried out.</summary>
/// <remarks>Its <see cref="ContainerActor"/> runs it, as that of a task does. Told in docs/node.md.</remarks>
internal sealed partial class StandaloneActor(KeptContainer found, NodeSurroundings node)
    : UntypedActor, IWithTimers
{
    private const int KillSignal = 9;
    private static readonly TimeSpan KillAgainAfter = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger = node.Loggers.CreateLogger<StandaloneActor>();
    private readonly StandaloneAskers _askers = new();
    private KeptContainer _kept = found;
    private Container _container = Restored(found, node.Engine.Find(found.Id)!);
    private IActorRef _runner = ActorRefs.Nobody;
    private bool _isRestarted;
    private bool _isToldAsStopped;
    private bool _startsAnew = found is { Settings.StartsWithNode: true, Desired: TaskState.Shutdown };

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    // A crash is a bug: the container goes on, and all begins anew from what is kept.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Escalate);

    private ContainerState? Seen => node.Engine.Find(_kept.Id);

    /// <summary>It runs, or is about to.</summary>
    private bool IsUp => Seen is { Phase: ContainerPhase.Running } || _container.Status == ContainerStatus.BackingOff
        || IsBeingStarted;

    /// <summary>The engine has been told to start it, be it stopped then.</summary>
    private bool IsBeingStarted =>
        _container is { Status: ContainerStatus.Starting or ContainerStatus.Stopping, HasProcess: false };

    /// <summary>It is to end; who wants it to be gone wants that still.</summary>
    private KeptContainer ToEnd => _kept with { Desired = IsBeingRemoved ? TaskState.Remove : TaskState.Shutdown };

    protected override void PreStart()
    {
        var definition = Seen!.Definition;
        _runner = Context.ActorOf(Props.Create(() => new ContainerActor(
            new ServiceName(""), _container, definition, node, ActorRefs.Nobody, null)));
        Tell();
    }

    // Whom it can answer no more it does not let wait: these, and whose message is its crash.
    protected override void PostStop() => _askers.Break();

    protected override bool AroundReceive(Receive receive, object message)
    {
        try
        {
            return base.AroundReceive(receive, message);
        }
        catch when (message is IContainerCommand)
        {
            Sender.Tell(StandaloneAskers.Broken);
            throw;
        }
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case StartByHand: Start(Sender); break;
            case StopByHand stop: Stop(stop, Sender); break;
            case RestartByHand restart: Restart(restart, Sender); break;
            case KillByHand kill: Kill(kill.Signal, Sender); break;
            case RemoveByHand remove: Remove(remove, Sender); break;
            case ChangeStandalone change: Change(change.Settings, Sender); break;
            case ContainerExitSeen seen: _runner.Tell(seen); break;
            case ContainerMoved moved: Move(moved.Container); break;
            case Saved saved: GoOn(saved); break;
            case SaveAgain: Owe(); break;
            case VolumesLetGo let:
                if (let.Fault is { } fault) LogVolumesStay(fault, _kept.Id);
                _runner.Tell(new OrderContainer(TaskState.Remove));
                break;
            case Forgotten:
                _askers.BeGone(); // who asked meanwhile
                Context.Stop(Self);
                break;
            case Overdue when _container.HasProcess: _askers.GiveUp(); break;
            case Overdue: break;
            default: Unhandled(message); break;
        }
    }

    private void Start(IActorRef asker, bool isRestart = false)
    {
        if (Seen is { Phase: ContainerPhase.Running, IsPaused: true })
        {
            asker.Tell(new Refused(
                ContainerFault.Conflict, "cannot start a paused container, try unpause instead"));
            return;
        }

        if (IsBeingRemoved)
        {
            asker.Tell(MarkedForRemoval);
            return;
        }

        if (IsUp)
        {
            asker.Tell(new Done(Changed: false));
            return;
        }

        var before = _kept.Desired;
        Keep(_kept with { Desired = TaskState.Running }, fault =>
        {
            if (fault is null)
            {
                if (IsBeingRemoved)
                {
                    asker.Tell(MarkedForRemoval);
                    return;
                }

                _isRestarted |= isRestart;
                BeginStart(asker);
                return;
            }

            if (_kept.Desired == TaskState.Running) _kept = _kept with { Desired = before };
            asker.Tell(NotKept(fault));
        });
    }

    private void BeginStart(IActorRef asker)
    {
        _askers.AwaitStart(asker, Seen?.Run ?? 0, IsBeingStarted);
        _runner.Tell(new AskStart());
    }

    private void Stop(StopByHand stop, IActorRef asker)
    {
        // An end that is not known here yet would be followed by a restart.
        if (!IsUp && !_container.HasProcess)
        {
            asker.Tell(new Done(Changed: false));
            return;
        }

        // What is to stop is stopped even where that cannot be kept: it may be what fills the disk.
        Keep(ToEnd, _ =>
        {
            _askers.AwaitEnd(asker, _container);
            _isToldAsStopped = true;
            Terminate(stop.Grace, stop.Signal);
        });
    }

    private void Restart(RestartByHand restart, IActorRef asker)
    {
        if (!IsUp)
        {
            Start(asker, isRestart: true);
            return;
        }

        _askers.AwaitRestart(asker);
        _isToldAsStopped = true;
        Terminate(restart.Grace, restart.Signal);
    }

    private void Change(StandaloneSettings settings, IActorRef asker)
    {
        var before = _kept.Settings;
        Keep(_kept with { Settings = settings }, fault =>
        {
            if (fault is not null)
            {
                if (ReferenceEquals(_kept.Settings, settings)) _kept = _kept with { Settings = before };
                asker.Tell(NotKept(fault));
                return;
            }

            _runner.Tell(new AskRestarts(settings.Restart));
            Tell();
            asker.Tell(new Done(Changed: true));
        });
    }

    private void Move(Container container)
    {
        var before = _container;
        _container = container;
        if (container.Status == ContainerStatus.Removed)
        {
            Forget();
            return;
        }

        var moved = _kept with
        {
            State = container.State,
            StartFault = container.StartFault,
            Observed = container.Observed,
        };
        var isMoved = moved != _kept;
        _kept = moved;
        Tell();
        _askers.Move(container, isRemovedThen: _kept is { Settings.RemovesItself: true }, isGone: Seen is null);
        TellRestart(before);
        if (container.Status == ContainerStatus.Ended && before.Status != ContainerStatus.Ended) End(before);
        // What came of it may have been kept already, and this with it.
        if (isMoved && ReferenceEquals(_kept, moved)) Keep(moved, _ => { });
    }

    /// <summary>As Docker does: when it has been started again, or cannot be.</summary>
    private void TellRestart(Container before)
    {
        if (!_isRestarted) return;
        if (_container.Run > before.Run) Publish("restart");
        _isRestarted = _container.Run == before.Run && _container.StartFault.Length == 0;
    }

    private void End(Container before)
    {
        // One that is killed or removed is not stopped, in Docker's words.
        if (_isToldAsStopped && before.Status is ContainerStatus.Stopping or ContainerStatus.BackingOff)
            Publish("stop");
        _isToldAsStopped = false;
        if (_askers.TakeRestart(Seen?.Run ?? 0) is { } asker)
        {
            _isRestarted = true;
            BeginStart(asker);
        }
        else if (_startsAnew)
        {
            Start(ActorRefs.Nobody);
        }
        else if (_kept is { Settings.RemovesItself: true, Desired: not TaskState.Remove })
        {
            Remove(new RemoveByHand(_kept.Id, Force: false), ActorRefs.Nobody);
        }

        _startsAnew = false;
    }

    private static Refused NotKept(Exception fault) =>
        new(fault is ContainerException told ? told.Fault : ContainerFault.Host, fault.Message);

    private void Forget()
    {
        if (_isSaving) return;
        var forgetting = node.Standalone.ForgetAsync(_kept.Id);
        Context.Parent.Tell(new StandaloneGone(_kept.Id));
        _askers.BeGone(); // not when it is done: who knows of the removal must not wait for a disk
        forgetting.PipeTo(Self, success: () => new Forgotten(), failure: cause => new Forgotten());
    }

    private void Tell() => Context.Parent.Tell(new StandaloneMoved(
        new StandaloneContainer(_kept.Id, _kept.Settings, _kept.Desired)
        {
            Status = _container.Status,
            Health = _container.Health,
            FailedProbes = _container.FailedProbes,
            Restarts = _container.Observed.Restarts,
            StartFault = _container.StartFault,
        }));

    private void Publish(string action, params ReadOnlySpan<(string Key, string Value)> more)
    {
        if (Seen is { } seen) node.Engine.Events.Publish(seen, action, more);
    }

    private static Container Restored(KeptContainer kept, ContainerState seen)
    {
        var template = new TaskTemplate(
            0, seen.Definition.Spec, Resources.None, kept.Settings.Restart, IsJob: false);
        var container = Container.Standalone(kept.Id, template);
        return container with
        {
            Desired = kept.Desired,
            State = kept.State,
            StartFault = kept.StartFault,
            Observed = kept.Observed ?? container.Observed,
        };
    }

    private sealed record Forgotten : INoSerializationVerificationNeeded;
}

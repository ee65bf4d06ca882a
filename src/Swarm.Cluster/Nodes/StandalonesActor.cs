using System.Collections.Immutable;
using Akka.Actor;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Nodes;
using Swarm.Runtime;
using Swarm.Runtime.Nodes;
using static Swarm.Cluster.Nodes.StandaloneAnswer;
using DeadLetter = Akka.Event.DeadLetter;

namespace Swarm.Cluster.Nodes;

/// <summary>The containers of this node that belong to no service, and what is done by hand with any of them.</summary>
/// <remarks>Told in docs/node.md.</remarks>
internal sealed partial class StandalonesActor(NodeSurroundings node) : UntypedActor, IWithTimers
{
    private readonly ILogger _logger = node.Loggers.CreateLogger<StandalonesActor>();
    private readonly Dictionary<ContainerId, IActorRef> _actors = [];
    private readonly TaskHandling _tasks = new(node.Engine);
    private ImmutableDictionary<ContainerId, StandaloneContainer> _containers =
        ImmutableDictionary<ContainerId, StandaloneContainer>.Empty;

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    // A crash is a bug and costs its own container a moment: it begins anew from what is kept.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    protected override void PreStart()
    {
        // What comes to an actor that has ended, or crashed, is answered by nobody else.
        Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));
        var (kept, broken) = node.Standalone.Load();
        foreach (var fault in broken) LogBroken(fault);
        var known = kept.ToDictionary(container => container.Id);
        foreach (var container in kept.Where(container => node.Engine.Find(container.Id) is null))
        {
            // It was not made any more when the last process ended, or removed and not yet forgotten.
            node.Standalone.ForgetAsync(container.Id).PipeTo(
                Self, success: () => new Forgot(null), failure: cause => new Forgot(cause));
        }

        foreach (var state in node.Engine.List().Where(state => TaskContainer.TaskOf(state) is null))
        {
            Follow(known.GetValueOrDefault(state.Id) ?? new KeptContainer { Id = state.Id });
        }
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case CreateStandalone create: Create(create, Sender); break;
            case Created created: Follow(created.Kept); created.Asker.Tell(new Done(Changed: true)); break;
            case NotCreated failed: failed.Asker.Tell(RefusalOf(failed.Cause)); break;
            case GetStandalone: Sender.Tell(new StandaloneList(_containers)); break;
            case IContainerCommand command when _actors.TryGetValue(command.Id, out var actor):
                actor.Forward(command);
                break;
            case IContainerCommand command: HandleTask(command, Sender); break;
            case TaskKilling killing: _tasks.Kill(killing.Id, killing.Run); break;
            case TaskRemoved removed:
                removed.Asker.Tell(removed.Cause is { } cause ? RefusalOf(cause) : new Done(Changed: true));
                break;
            case ContainerExitSeen seen:
                _tasks.NoticeEnd(seen.Exit);
                if (_actors.TryGetValue(seen.Exit.Id, out var ended)) ended.Tell(seen);
                break;
            case StandaloneMoved moved when Sender.Equals(_actors.GetValueOrDefault(moved.Container.Id)):
                Note(moved.Container);
                break;
            case StandaloneMoved: break;
            case StandaloneGone gone: BeGone(gone.Id); break;
            case Forgot { Cause: { } refused }: LogNotForgotten(refused); break;
            case Forgot: break;
            case Terminated stopped: Revive(stopped.ActorRef); break;
            case DeadLetter { Message: IContainerCommand lost } letter: AnswerLost(lost.Id, letter.Sender); break;
            case DeadLetter: break;
            case FollowAgain again: Refollow(again.Id); break;
            default: Unhandled(message); break;
        }
    }

    private void Create(CreateStandalone create, IActorRef asker)
    {
        var kept = new KeptContainer { Id = create.Definition.Id, Settings = create.Settings };
        CreateAsync(create.Definition, kept).PipeTo(
            Self, success: () => new Created(kept, asker), failure: cause => new NotCreated(asker, cause));
    }

    private async Task CreateAsync(ContainerDefinition definition, KeptContainer kept)
    {
        await node.Standalone.SaveAsync(kept);
        try
        {
            await node.Engine.DefineAsync(
                definition with
                {
                    KeepsVolumes = !kept.Settings.RemovesItself,
                    IsPassing = kept.Settings.RemovesItself,
                },
                CancellationToken.None);
        }
        catch
        {
            await node.Standalone.ForgetAsync(kept.Id);
            throw;
        }
    }

    private void Follow(KeptContainer kept)
    {
        var actor = Context.Watch(Context.ActorOf(Props.Create(() => new StandaloneActor(kept, node))));
        _actors[kept.Id] = actor;
        Note(new StandaloneContainer(kept.Id, kept.Settings, kept.Desired));
    }

    private void Note(StandaloneContainer container)
    {
        _containers = _containers.SetItem(container.Id, container);
        TellUse();
    }

    private void BeGone(ContainerId id)
    {
        _containers = _containers.Remove(id);
        if (_actors.Remove(id, out var actor)) Context.Unwatch(actor);
        TellUse();
    }

    private void TellUse() => Context.Parent.Tell(new StandaloneUse(
    [
        .. from container in _containers.Values
           where container.Status is > ContainerStatus.Ready and < ContainerStatus.Ended
           let ports = node.Engine.Find(container.Id)?.Ports ?? []
           select new StandaloneClaim(container.Settings.Reserved, ports),
    ]));

    private void HandleTask(IContainerCommand command, IActorRef asker)
    {
        switch (command)
        {
            case StopByHand stop when _tasks.Stop(stop, asker) is { } wait:
                Timers.StartSingleTimer(wait, wait, _tasks.GraceOf(stop));
                break;
            case StopByHand: break;
            case KillByHand kill: _tasks.Signal(kill, asker); break;
            case RemoveByHand remove when _tasks.RefuseRemoval(remove) is { } refused: asker.Tell(refused); break;
            case RemoveByHand:
                node.Engine.RemoveAsync(command.Id, CancellationToken.None).PipeTo(
                    Self, success: () => new TaskRemoved(asker, null), failure: cause => new TaskRemoved(asker, cause));
                break;
            default: asker.Tell(_tasks.Refuse(command.Id)); break;
        }
    }

    private void AnswerLost(ContainerId id, IActorRef asker) =>
        asker.Tell(node.Engine.Find(id) is null ? _tasks.Refuse(id) : StandaloneAskers.Broken);

    private void Revive(IActorRef stopped)
    {
        var crashed = _actors.FirstOrDefault(actor => actor.Value.Equals(stopped));
        if (crashed.Value is null) return;
        LogCrashed(crashed.Key);
        _actors.Remove(crashed.Key);
        Timers.StartSingleTimer(crashed.Key, new FollowAgain(crashed.Key), node.Options.TellAgainAfter);
    }

    private void Refollow(ContainerId id)
    {
        if (_actors.ContainsKey(id) || node.Engine.Find(id) is null) return;
        var kept = node.Standalone.Load().Containers.FirstOrDefault(container => container.Id == id);
        Follow(kept ?? new KeptContainer { Id = id });
    }

    private static Refused RefusalOf(Exception cause) => Causes.Of(cause) switch
    {
        ContainerException refused => new Refused(refused.Fault, refused.Message),
        var other => new Refused(ContainerFault.Host, other.Message),
    };

    [LoggerMessage(LogLevel.Error, "What was wanted of a container is broken, and the container is not restarted: "
        + "{Fault}")]
    private partial void LogBroken(string fault);

    [LoggerMessage(LogLevel.Warning, "A container that is gone could not be forgotten; it is tried at the next start")]
    private partial void LogNotForgotten(Exception cause);

    [LoggerMessage(LogLevel.Error, "The actor of container {Container} crashed; the container goes on")]
    private partial void LogCrashed(ContainerId container);

    private sealed record Created(KeptContainer Kept, IActorRef Asker) : INoSerializationVerificationNeeded;

    private sealed record NotCreated(IActorRef Asker, Exception Cause) : INoSerializationVerificationNeeded;

    private sealed record TaskRemoved(IActorRef Asker, Exception? Cause) : INoSerializationVerificationNeeded;

    private sealed record Forgot(Exception? Cause) : INoSerializationVerificationNeeded;

    private sealed record FollowAgain(ContainerId Id) : INoSerializationVerificationNeeded;
}

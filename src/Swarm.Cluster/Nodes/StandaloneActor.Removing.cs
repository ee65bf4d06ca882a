using Akka.Actor;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Services;
using Swarm.Runtime;
using static Swarm.Cluster.Nodes.StandaloneAnswer;

namespace Swarm.Cluster.Nodes;

/// <summary>The end of the container.</summary>
internal sealed partial class StandaloneActor
{
    private const int TerminateSignal = 15;

    /// <summary>Who waits for the end of what was killed is told so by then: it waits for the kernel.</summary>
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(20);

    private static readonly Refused MarkedForRemoval = new(
        ContainerFault.Conflict, "container is marked for removal and cannot be started");

    private bool IsBeingRemoved => _kept.Desired == TaskState.Remove;

    private void Kill(int signal, IActorRef asker)
    {
        var (isRunning, isWaiting) = (
            Seen is { Phase: ContainerPhase.Running }, _container.Status == ContainerStatus.BackingOff);
        var isToEnd = signal == KillSignal || signal == node.Engine.StopSignalOf(_kept.Id);
        if (isRunning && !isToEnd)
        {
            Publish("kill", ("signal", $"{signal}"));
            asker.Tell(Signalling.Send(node.Engine, _kept.Id, signal) ?? (StandaloneAnswer)new Done(Changed: true));
        }
        else if (isRunning || (IsUp && isToEnd))
        {
            EndBy(signal, asker);
        }
        else if (isWaiting)
        {
            if (SaysStopSignal) asker.Tell(new Done(Changed: true));
            else EndBy(signal, asker);
        }
        else
        {
            asker.Tell(new Refused(ContainerFault.Conflict, $"container {_kept.Id.Value} is not running"));
        }
    }

    /// <summary>Of one that waits for its restart nobody could get a signal. As in Docker, one that is to end it ends
    /// the waiting; of one that says by which signal it ends others do nothing, of all else any one does.</summary>
    private bool SaysStopSignal => node.Engine.StopSignalOf(_kept.Id) != TerminateSignal
        || Seen is { Definition.Spec.StopSignal.Length: > 0 };

    /// <remarks>One that waited for its restart may run when that is kept: then it gets the signal, and need not end
    /// of it.</remarks>
    private void EndBy(int signal, IActorRef asker) => Keep(ToEnd, _ =>
    {
        // Who kills may remove it next.
        var awaitsEnd = signal == KillSignal
            || _container.Status is ContainerStatus.BackingOff or >= ContainerStatus.Ended;
        if (awaitsEnd) _askers.AwaitEnd(asker, _container);
        Terminate(signal == KillSignal ? KillAgainAfter : Timeout.InfiniteTimeSpan, signal);
        if (!awaitsEnd) asker.Tell(new Done(Changed: true));
    });

    private void Terminate(TimeSpan? grace, int signal)
    {
        if (Seen is { Phase: ContainerPhase.Running })
            Publish("kill", ("signal", $"{(signal == 0 ? node.Engine.StopSignalOf(_kept.Id) : signal)}"));
        var given = grace ?? _container.Template.Container.StopGrace;
        if (given >= TimeSpan.Zero) Timers.StartSingleTimer(nameof(Overdue), new Overdue(), given + KillPatience);
        _runner.Tell(new AskStop(given, signal));
    }

    private void Remove(RemoveByHand remove, IActorRef asker)
    {
        if (_askers.IsRemovalAwaited)
        {
            asker.Tell(new Refused(ContainerFault.Conflict, RemoveByHand.IsUnderWay));
            return;
        }

        if (IsUp && !remove.Force)
        {
            asker.Tell(new Refused(
                ContainerFault.Conflict,
                Seen is { IsPaused: true }
                    ? "container is paused and must be unpaused first"
                    : "container is running: stop the container before removing or force remove"));
            return;
        }

        _askers.AwaitRemoval(asker);
        Keep(_kept with { Desired = TaskState.Remove }, _ =>
        {
            if (IsUp) Terminate(KillAgainAfter, KillSignal);
            if (remove.WithVolumes) LetVolumesGo();
            else _runner.Tell(new OrderContainer(TaskState.Remove));
        });
    }

    /// <remarks>Volumes that could not be let go are there still: that is no reason to keep the container.</remarks>
    private void LetVolumesGo() => node.Engine.Volumes.LetGoAsync(_kept.Id, CancellationToken.None).PipeTo(
        Self, success: () => new VolumesLetGo(null), failure: cause => new VolumesLetGo(Causes.Of(cause)));

    [LoggerMessage(LogLevel.Warning, "The volumes of container {Container} stay, though it is removed with them")]
    private partial void LogVolumesStay(Exception cause, ContainerId container);

    private sealed record Overdue : INoSerializationVerificationNeeded;

    private sealed record VolumesLetGo(Exception? Fault) : INoSerializationVerificationNeeded;
}

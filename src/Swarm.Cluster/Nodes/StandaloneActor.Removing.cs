using Akka.Actor;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Services;
using Swarm.Runtime;
using static Swarm.Cluster.Nodes.StandaloneAnswer;

namespace Swarm.Cluster.Nodes;

/// <summary>The end of the container.</summary>
internal sealed partial class StandaloneActor
{
    /// <summary>Who waits for the end of what was killed is told so by then: it waits for the kernel.</summary>
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(20);

    private void Terminate(TimeSpan? grace, int signal)
    {
        Publish("kill", ("signal", $"{(signal == 0 ? node.Engine.StopSignalOf(_kept.Id) : signal)}"));
        var given = grace ?? _container.Template.Container.StopGrace;
        if (given >= TimeSpan.Zero) Timers.StartSingleTimer(nameof(Overdue), new Overdue(), given + KillPatience);
        _runner.Tell(new AskStop(given, signal));
    }

    private void Remove(RemoveByHand remove, IActorRef asker)
    {
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
        Self, success: () => new VolumesLetGo(null), failure: cause => new VolumesLetGo(cause.GetBaseException()));

    [LoggerMessage(LogLevel.Warning, "The volumes of container {Container} stay, though it is removed with them")]
    private partial void LogVolumesStay(Exception cause, ContainerId container);

    private sealed record Overdue : INoSerializationVerificationNeeded;

    private sealed record VolumesLetGo(Exception? Fault) : INoSerializationVerificationNeeded;
}

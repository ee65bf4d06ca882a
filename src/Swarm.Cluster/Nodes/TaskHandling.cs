using Akka.Actor;
using Swarm.Core;
using Swarm.Runtime;
using static Swarm.Cluster.Nodes.StandaloneAnswer;

namespace Swarm.Cluster.Nodes;

/// <summary>What is done by hand with the container of a task: it happens to the container, and its service decides
/// what follows.</summary>
internal sealed class TaskHandling(IContainerEngine engine)
{
    private const int KillSignal = 9;
    private readonly List<(ContainerId Id, int Run, IActorRef Asker)> _forEnd = [];

    /// <summary>Sends the stop signal.</summary>
    /// <returns>What is to come when its grace is over; null where nothing is.</returns>
    public TaskKilling? Stop(StopByHand stop, IActorRef asker)
    {
        if (engine.Find(stop.Id) is not { } container)
        {
            asker.Tell(Missing(stop.Id));
            return null;
        }

        if (container.Phase != ContainerPhase.Running)
        {
            asker.Tell(new Done(Changed: false));
            return null;
        }

        var signal = stop.Signal == 0 ? engine.StopSignalOf(stop.Id) : stop.Signal;
        if (Signalling.Send(engine, stop.Id, signal) is { } refused)
        {
            asker.Tell(refused);
            return null;
        }

        _forEnd.Add((stop.Id, container.Run, asker));
        return GraceOf(stop) < TimeSpan.Zero ? null : new TaskKilling(stop.Id, container.Run);
    }

    public TimeSpan GraceOf(StopByHand stop) =>
        stop.Grace ?? engine.Find(stop.Id)?.Definition.Spec.StopGrace ?? TimeSpan.Zero;

    public void Kill(ContainerId id, int run)
    {
        if (engine.Find(id) is { Phase: ContainerPhase.Running } container && container.Run == run)
            Signalling.Send(engine, id, KillSignal);
    }

    public void NoticeEnd(ContainerExit exit)
    {
        foreach (var awaited in _forEnd.Where(awaited => awaited.Id == exit.Id && awaited.Run <= exit.Run).ToArray())
        {
            _forEnd.Remove(awaited);
            awaited.Asker.Tell(new Done(Changed: true));
        }
    }

    /// <summary>Sends a signal. Who kills is answered when it has ended: he may remove it next.</summary>
    public void Signal(KillByHand kill, IActorRef asker)
    {
        if (engine.Find(kill.Id) is not { } container)
        {
            asker.Tell(Missing(kill.Id));
            return;
        }

        if (container.Phase != ContainerPhase.Running)
        {
            asker.Tell(new Refused(ContainerFault.Conflict, $"container {kill.Id.Value} is not running"));
            return;
        }

        if (Signalling.Send(engine, kill.Id, kill.Signal) is { } refused) asker.Tell(refused);
        else if (kill.Signal == KillSignal) _forEnd.Add((kill.Id, container.Run, asker));
        else asker.Tell(new Done(Changed: true));
    }

    /// <returns>Null when it may be removed.</returns>
    public StandaloneAnswer? RefuseRemoval(RemoveByHand remove) => engine.Find(remove.Id) switch
    {
        null => Missing(remove.Id),
        { Phase: ContainerPhase.Running } when !remove.Force => new Refused(
            ContainerFault.Conflict,
            "container is running: stop the container before removing or force remove"),
        _ => null,
    };

    public StandaloneAnswer Refuse(ContainerId id) => engine.Find(id) is { } container
        && TaskContainer.TaskOf(container) is var (task, service)
        ? new Refused(
            ContainerFault.Conflict, $"container {id.Short} runs task {task} of service {service}, which decides on it")
        : Missing(id);

    private static Refused Missing(ContainerId id) =>
        new(ContainerFault.NotFound, $"No such container: {id.Value}");
}

/// <summary>The grace of a task's container, stopped by hand, is over.</summary>
internal sealed record TaskKilling(ContainerId Id, int Run) : INoSerializationVerificationNeeded;

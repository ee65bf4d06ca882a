using Akka.Actor;
using Swarm.Core;
using Swarm.Core.Services;
using Swarm.Runtime;

namespace Swarm.Cluster.Nodes;

/// <content>What at-most-once asks of a node: nothing of such a service runs without a lease.</content>
internal sealed partial class NodeServiceActor
{
    private readonly LeaseGate _gate = new(kept.Name, node.Engine, node.Time);
    private IActorRef? _leaseActor;
    private long? _leaseFrom;

    /// <summary>A lease is had, and nothing that is known here was ordered before it.</summary>
    private bool MayRun => _leaseFrom <= _state.Sequence;

    private bool IsLeased(NodeTask task) =>
        task.Kept.State < TaskState.Complete && _state.TemplateOf(task.Kept) is { AtMostOnce: true };

    /// <summary>Asks for a lease as long as there is something that runs by it.</summary>
    private void FollowLease()
    {
        var isNeeded = _state.Tasks.Values.Any(IsLeased);
        if (isNeeded && _leaseActor is null)
        {
            _leaseActor = Context.Watch(Context.ActorOf(
                Props.Create(() => new NodeLeaseActor(kept.Name, id, node, _gate))));
        }
        else if (!isNeeded && _leaseActor is { } idle)
        {
            (_leaseActor, _leaseFrom) = (null, null);
            Context.Stop(Context.Unwatch(idle));
            _gate.Forget();
        }
    }

    private void HaveLease(LeaseHad had)
    {
        _leaseFrom = had.Sequence;
        StartContainers();
    }

    private void LoseLease(string reason)
    {
        _leaseFrom = null;
        foreach (var task in _state.Tasks.Values.Where(IsLeased)) task.Actor?.Tell(new CondemnContainer(reason));
    }

    /// <summary>What an earlier life of this node left running goes on by the lease that it left; without one it is
    /// ended before all else.</summary>
    private void FollowLeftovers()
    {
        var isHeld = _gate.Inherited is not null;
        foreach (var task in _state.Tasks.Values.Where(task => IsLeased(task) && !task.IsWithoutContainer))
        {
            if (!isHeld)
            {
                RunContainer(task, task.Kept.Desired);
                task.Actor?.Tell(new CondemnContainer(
                    "swarmd was started again, and no lease says that it runs here alone"));
            }
            else if (node.Engine.Find(ContainerId.Of(task.Kept.Task)) is { Phase: ContainerPhase.Running })
            {
                RunContainer(task, task.Kept.Desired);
            }
        }
    }
}

using Akka.Actor;
using Swarm.Cluster.Nodes;

namespace Swarm.Simulation.Nodes;

/// <summary>Where a node's state of a service reaches the container of a task, in place of an actor.</summary>
internal sealed class ContainerDoor(ContainerModel container) : MinimalActorRef
{
    public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems) / "container";

    public override IActorRefProvider Provider => throw new NotSupportedException("it lives in no actor system");

    public ContainerModel Container => container;

    protected override void TellInternal(object message, IActorRef sender)
    {
        if (message is OrderContainer order) container.Order(order.Desired);
        else throw new NotSupportedException($"a container takes no {message.GetType().Name}");
    }
}

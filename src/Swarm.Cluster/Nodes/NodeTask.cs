using Akka.Actor;
using Swarm.Core.Services;
using Swarm.Runtime.Nodes;

namespace Swarm.Cluster.Nodes;

/// <summary>One task of a service on this node: what is kept of it, and how far its service has been told.</summary>
internal sealed class NodeTask(KeptTask kept)
{
    public KeptTask Kept { get; set; } = kept;

    /// <summary>A task that was found on the disk.</summary>
    public static NodeTask OnDisk(KeptTask kept)
    {
        var task = new NodeTask(kept) { Ordered = kept.Desired };
        task.IsSeen = task.IsWithoutContainer;
        return task;
    }

    /// <summary>There is none, and none is to be made.</summary>
    public bool IsWithoutContainer =>
        Kept.State == TaskState.Remove || (Kept.State >= TaskState.Complete && Kept.Container is null);

    /// <summary>Null where there is no container to run, or not yet.</summary>
    public IActorRef? Actor { get; set; }

    /// <summary>What the disk says is wanted of it, and its container may therefore be told. Null until it is
    /// on the disk that the task was let in.</summary>
    public TaskState? Ordered { get; private set; }

    /// <summary>What is kept of it is how it is now. What an earlier life of this node has written says nothing of
    /// that until its container was looked at: a power cut may have ended it.</summary>
    public bool IsSeen { get; set; } = true;

    /// <summary>The report that first told its present state; null when none did.</summary>
    public long? ToldIn { get; set; }

    /// <summary>The service has kept its present state.</summary>
    public bool IsKnown { get; set; }

    /// <summary>Tells its container what is wanted: never before that is kept, or a node that comes back would
    /// begin again what it had ended.</summary>
    public void Order(TaskState desired)
    {
        if (desired > Ordered) Actor?.Tell(new OrderContainer(desired));
        if (!(desired <= Ordered)) Ordered = desired;
    }

    public TaskReport Report => new(Kept.Task, Kept.State, Kept.Reason, Kept.At, Kept.Container);
}

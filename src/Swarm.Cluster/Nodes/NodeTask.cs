using Akka.Actor;
using Swarm.Core.Services;
using Swarm.Runtime.Nodes;

namespace Swarm.Cluster.Nodes;

/// <summary>One task of a service on this node: what is kept of it, and how far its service has been told.</summary>
internal sealed class NodeTask(KeptTask kept)
{
    public KeptTask Kept { get; set; } = kept;

    /// <summary>Null where there is no container to run, or not yet.</summary>
    public IActorRef? Actor { get; set; }

    /// <summary>It is on the disk that the task was let in: it may be run.</summary>
    public bool IsKept { get; set; }

    /// <summary>The report that first told its present state; null when none did.</summary>
    public long? ToldIn { get; set; }

    /// <summary>The service has kept its present state.</summary>
    public bool IsKnown { get; set; }

    public TaskReport Report => new(Kept.Task, Kept.State, Kept.Reason, Kept.At, Kept.Container);
}

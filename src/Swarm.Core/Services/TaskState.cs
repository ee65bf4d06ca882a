namespace Swarm.Core.Services;

/// <summary>The states of a task and their order. Observed state only moves forward.</summary>
/// <remarks>The names and values of swarmkit:
/// https://github.com/moby/swarmkit/blob/master/design/task_model.md</remarks>
public enum TaskState
{
    /// <summary>The service has made it.</summary>
    New = 0,

    /// <summary>It waits for a place.</summary>
    Pending = 64,

    /// <summary>A node was chosen.</summary>
    Assigned = 192,

    /// <summary>The node has admitted it.</summary>
    Accepted = 256,

    /// <summary>Image, networks and volumes are being prepared.</summary>
    Preparing = 320,

    /// <summary>All is prepared; it waits until it may start.</summary>
    Ready = 384,

    /// <summary>The container is being started, or waits for its first healthy answer.</summary>
    Starting = 448,

    Running = 512,

    /// <summary>Ended with exit code 0.</summary>
    Complete = 576,

    /// <summary>Stopped because it was asked to.</summary>
    Shutdown = 640,

    /// <summary>Ended otherwise.</summary>
    Failed = 704,

    /// <summary>Never ran: the node could not or would not.</summary>
    Rejected = 768,

    /// <summary>Only a desire: to be stopped and forgotten.</summary>
    Remove = 800,

    /// <summary>Its node is gone for good.</summary>
    Orphaned = 832,
}

namespace Swarm.Core.Containers;

/// <summary>Where a task's container stands on its node. Finer than the task's state, and
/// private to the node.</summary>
public enum ContainerStatus
{
    /// <summary>Nothing was tried yet.</summary>
    Admitted,

    /// <summary>The engine makes it.</summary>
    Preparing,

    /// <summary>Made; it waits until it is to run.</summary>
    Ready,

    /// <summary>Ended by itself; it waits out its back-off.</summary>
    BackingOff,

    /// <summary>It is being started, or waits for its first healthy answer.</summary>
    Starting,

    Running,

    /// <summary>Being taken out of the routes before it is signalled.</summary>
    Draining,

    /// <summary>Asked to stop; nothing is started from here on unless it was stopped for being unhealthy.</summary>
    Stopping,

    /// <summary>It will not run again.</summary>
    Ended,

    Removing,

    /// <summary>Nothing of it is left on the host.</summary>
    Removed,
}

/// <summary>What the health check says of the present run.</summary>
public enum ContainerHealth
{
    /// <summary>There is no check.</summary>
    Unchecked,

    /// <summary>No probe has succeeded yet.</summary>
    Unproven,

    Healthy,

    Unhealthy,
}

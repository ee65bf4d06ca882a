using Swarm.Core.Services;
using static Swarm.Core.Containers.ContainerStatus;

namespace Swarm.Core.Containers;

/// <summary>What is done by hand with a container that belongs to no service.</summary>
/// <remarks>As Docker does: who starts it begins its restarts afresh, and who stops it ends them.</remarks>
internal static class StandaloneRules
{
    /// <summary>Nothing where it runs, waits to be restarted, or is being removed.</summary>
    public static ContainerStep Start(Container container) =>
        container is { IsStandalone: true, Status: Ready or Ended, Desired: < TaskState.Remove }
            ? ContainerLifecycle.Start(container with
            {
                Desired = TaskState.Running,
                State = TaskState.Ready,
                Reason = "",
                StartFault = "",
                StopAsked = null,
                IsToBeKilled = false,
                Health = ContainerHealth.Unchecked,
                QuickRestarts = 0,
                RestartedAt = [],
                Observed = container.Observed with { Restarts = 0 },
            })
            : ContainerStep.To(container);

    /// <summary>Nothing where it does not run. Asked again, it is stopped in the new way.</summary>
    public static ContainerStep Stop(Container container, ContainerEvent.StopAsked asked)
    {
        if (!container.IsStandalone) return ContainerStep.To(container);

        var stopping = container with
        {
            Desired = ContainerLifecycle.Later(container.Desired, TaskState.Shutdown),
            StopAsked = asked,
        };
        return container.Status switch
        {
            BackingOff => ContainerLifecycle.End(stopping, TaskState.Shutdown, ""),
            Starting or Running or Stopping when container.HasProcess => ContainerLifecycle.Terminate(stopping),
            Starting or Stopping => ContainerStep.To(stopping with { Status = Stopping }),
            _ => ContainerStep.To(container),
        };
    }
}

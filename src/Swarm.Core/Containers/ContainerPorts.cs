using Swarm.Core.Services;
using static Swarm.Core.Containers.ContainerEffect;

namespace Swarm.Core.Containers;

/// <summary>A container that takes connections counts as running once the ports of the host lead to it.</summary>
/// <remarks>
/// Whoever is told that a service runs may use its port at once. A port that another program holds is the host's
/// fault and not the container's: like a container that cannot be made, it is rejected, and its service tries again,
/// perhaps elsewhere. One that has counted as running before goes on, and only says what is wrong.
/// </remarks>
internal static class ContainerPorts
{
    /// <summary>It takes connections from now on.</summary>
    public static ContainerStep Serve(Container container)
    {
        var isNews = container.Status != ContainerStatus.Running;
        var serving = container with { Status = ContainerStatus.Running };
        if (!container.IsRouted || container.State >= TaskState.Running)
        {
            return ContainerStep.To(
                serving with { State = ContainerLifecycle.Later(container.State, TaskState.Running) });
        }

        return isNews ? Wait(serving) : ContainerStep.To(serving);
    }

    /// <summary>The ports were set, as far as they could be.</summary>
    public static ContainerStep Publish(Container container, string fault)
    {
        var told = container with { PublishFault = fault };
        var isReached = fault.Length == 0 && container.Status == ContainerStatus.Running;
        return ContainerStep.To(
            isReached ? told with { State = ContainerLifecycle.Later(container.State, TaskState.Running) } : told);
    }

    /// <summary>It has waited long enough.</summary>
    public static ContainerStep GiveUp(Container container)
    {
        if (container.State >= TaskState.Running) return ContainerStep.To(container);

        return container.PublishFault.Length == 0
            ? Wait(container)
            : ContainerLifecycle.Stop(container with { Refusal = container.PublishFault });
    }

    private static ContainerStep Wait(Container container) =>
        ContainerStep.To(container, new WaitToPublish(container.Run, ContainerLifecycle.PublishAtMost));
}

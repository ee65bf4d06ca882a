using System.Collections.Immutable;

namespace Swarm.Core.Containers;

/// <summary>What a node does about a container.</summary>
public abstract record ContainerEffect
{
    private ContainerEffect()
    {
    }

    public sealed record PrepareContainer : ContainerEffect;

    /// <summary>The result of preparing is not wanted any more; it is still awaited.</summary>
    public sealed record AbandonPreparing : ContainerEffect;

    public sealed record StartContainer : ContainerEffect;

    /// <summary>Take it out of the routes and answer with <see cref="ContainerEvent.Drained"/>.</summary>
    public sealed record DrainContainer : ContainerEffect;

    /// <summary>Send the stop signal; the grace ends with <see cref="ContainerEvent.GraceEnded"/>.</summary>
    /// <param name="Grace">Negative: it never ends.</param>
    /// <param name="Signal">0 is the container's own stop signal.</param>
    public sealed record TerminateContainer(TimeSpan Grace, int Signal = 0) : ContainerEffect;

    /// <summary>Kill, look whether it has ended unseen, and come back with
    /// <see cref="ContainerEvent.GraceEnded"/> if not.</summary>
    public sealed record KillContainer(TimeSpan Again) : ContainerEffect;

    public sealed record WaitBackOff(TimeSpan Delay) : ContainerEffect;

    /// <summary>Come back with <see cref="ContainerEvent.PublishOverdue"/>.</summary>
    public sealed record WaitToPublish(int Run, TimeSpan Delay) : ContainerEffect;

    /// <summary>Come back with <see cref="ContainerEvent.TimeEnded"/> when the run may not go on.</summary>
    public sealed record WaitTimeout(int Run, TimeSpan Left) : ContainerEffect;

    public sealed record WaitForProbe(int Run, TimeSpan Delay) : ContainerEffect;

    public sealed record ProbeContainer(int Run, ImmutableArray<string> Arguments, TimeSpan Timeout) : ContainerEffect;

    public sealed record RemoveContainer : ContainerEffect;

    public sealed record WaitToRemove(TimeSpan Delay) : ContainerEffect;
}

/// <summary>What an event led to.</summary>
public sealed record ContainerStep(Container Next, ImmutableArray<ContainerEffect> Effects)
{
    internal static ContainerStep To(Container next, params ReadOnlySpan<ContainerEffect> effects) =>
        new(next, [.. effects]);
}

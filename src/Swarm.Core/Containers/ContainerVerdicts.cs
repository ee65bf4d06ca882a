using System.Globalization;
using Swarm.Core.Services;
using static Swarm.Core.Containers.ContainerEffect;
using static Swarm.Core.Containers.ContainerStatus;

namespace Swarm.Core.Containers;

/// <summary>Containers that may not go on although nobody asked them to stop: their end is a failure, whatever their
/// exit code, and they are not restarted in place.</summary>
internal static class ContainerVerdicts
{
    /// <summary>The wait for the time-out of a run that was begun or found.</summary>
    public static ContainerStep Time(ContainerStep step, DateTimeOffset now)
    {
        var container = step.Next;
        var timeout = container.Template.Timeout;
        if (timeout <= TimeSpan.Zero || !container.HasProcess || container.Status is not (Starting or Running))
            return step;

        var ran = now - (container.Observed.StartedAt ?? now);
        var left = ran > TimeSpan.Zero ? timeout - ran : timeout; // else the clock was set back
        return step with
        {
            Effects = step.Effects.Add(new WaitTimeout(container.Run, left > TimeSpan.Zero ? left : TimeSpan.Zero)),
        };
    }

    public static ContainerStep EndTime(Container container, int run) =>
        container.HasProcess && container.Run == run && container.Status is Starting or Running
            ? Condemn(container, new ContainerEvent.Condemned(
                Overtime(container.Template.Timeout), AtOnce: false))
            : ContainerStep.To(container);

    private static string Overtime(TimeSpan most) =>
        string.Create(CultureInfo.InvariantCulture, $"it ran longer than {most.TotalSeconds:0.###} s");

    public static ContainerStep Condemn(Container container, ContainerEvent.Condemned condemned)
    {
        if (container.Status >= Ended || (container.Verdict.Length > 0 && !condemned.AtOnce))
            return ContainerStep.To(container);

        var doomed = container with
        {
            Verdict = condemned.Reason,
            Reason = condemned.Reason,
            IsToBeKilled = condemned.AtOnce,
        };
        return doomed.Status switch
        {
            _ when doomed.HasProcess => ContainerLifecycle.Stop(doomed),
            Preparing => ContainerStep.To(doomed with { Status = Stopping }, new AbandonPreparing()),
            Starting or Stopping => ContainerStep.To(doomed with { Status = Stopping }),
            _ => ContainerLifecycle.End(doomed, TaskState.Failed, doomed.Verdict),
        };
    }
}

using System.Globalization;
using Swarm.Core.Services;
using static Swarm.Core.Containers.ContainerEffect;

namespace Swarm.Core.Containers;

/// <summary>Whether a container that ended by itself is started again in place, and when.</summary>
internal static class ContainerRestarts
{
    public static ContainerStep AfterExit(Container container, ContainerEnd end, DateTimeOffset now)
    {
        var isUnhealthy = !container.IsStandalone && container.Health == ContainerHealth.Unhealthy;
        var hasFailed = end.ExitCode != 0 || isUnhealthy;
        var wasSteady = container.Observed.StartedAt is { } started && end.At - started >= container.Limits.SteadyAfter;
        var reason = isUnhealthy ? container.Reason : hasFailed ? ReasonOf(end) : "";
        return Again(wasSteady ? container with { QuickRestarts = 0 } : container, hasFailed, reason, now);
    }

    public static ContainerStep AfterFailedStart(
        Container container, ContainerEvent.StartFailed failure, DateTimeOffset now) =>
        failure.IsTransient && !container.IsStandalone
            ? Again(container, hasFailed: true, failure.Reason, now)
            : ContainerLifecycle.End(
                container with { StartFault = failure.Reason }, TaskState.Failed, failure.Reason);

    /// <summary>A restart that was decided and counted before the node's process ended, and not carried out.</summary>
    public static ContainerStep Resume(Container container) => ContainerStep.To(
        container with { Status = ContainerStatus.BackingOff }, new WaitBackOff(DelayBefore(container)));

    /// <summary>What an exit code says, in words.</summary>
    internal static string ReasonOf(ContainerEnd end) => end switch
    {
        { OutOfMemory: true } => Invariant($"exit code {end.ExitCode}: out of memory"),
        { ExitCode: -1 } => "it ended, and its exit code could not be learnt",
        { ExitCode: > 128 and <= 128 + 64 } =>
            Invariant($"exit code {end.ExitCode}: killed by signal {end.ExitCode - 128}"),
        _ => Invariant($"exit code {end.ExitCode}"),
    };

    private static ContainerStep Again(Container container, bool hasFailed, string reason, DateTimeOffset now)
    {
        var policy = container.Template.Restart;
        var recent = policy.Window > TimeSpan.Zero
            ? container.RestartedAt.RemoveAll(at => now - at > policy.Window)
            : container.RestartedAt;
        var attempts = policy.Window > TimeSpan.Zero ? recent.Length : container.Observed.Restarts;
        var isWanted = policy.Condition switch
        {
            RestartCondition.Any => hasFailed || !container.Template.IsJob,
            RestartCondition.OnFailure => hasFailed,
            _ => false,
        };
        if (!isWanted || container.QuickRestarts >= container.Limits.QuickRestarts
            || (policy.MaxAttempts > 0 && attempts >= policy.MaxAttempts))
        {
            var state = hasFailed ? TaskState.Failed : TaskState.Complete;
            return ContainerLifecycle.End(container, state, reason + AfterRestarts(container, hasFailed));
        }

        var delay = DelayBefore(container);
        var waiting = container with
        {
            Status = ContainerStatus.BackingOff,
            Reason = Invariant(
                $"{(reason.Length == 0 ? "it ended" : reason)}; restart after {delay.TotalSeconds:0.###} s"),
            QuickRestarts = container.QuickRestarts + 1,
            RestartedAt = policy.Window > TimeSpan.Zero ? recent.Add(now) : [],
            Observed = container.Observed with { Restarts = container.Observed.Restarts + 1, Addresses = [] },
        };
        return ContainerStep.To(waiting, new WaitBackOff(delay));
    }

    private static TimeSpan DelayBefore(Container container)
    {
        // Beyond 2^30 the largest delay has long been reached.
        var doubled = container.Template.Restart.Delay.TotalSeconds * (1L << Math.Min(container.QuickRestarts, 30));
        return TimeSpan.FromSeconds(Math.Min(doubled, container.Limits.DelayMax.TotalSeconds));
    }

    private static string AfterRestarts(Container container, bool hasFailed) =>
        (hasFailed, container.Observed.Restarts) switch
        {
            (false, _) or (_, 0) => "",
            (_, 1) => ", after 1 restart on this node",
            (_, var restarts) => Invariant($", after {restarts} restarts on this node"),
        };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

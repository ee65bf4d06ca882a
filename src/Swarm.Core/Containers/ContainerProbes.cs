using System.Collections.Immutable;
using static Swarm.Core.Containers.ContainerEffect;

namespace Swarm.Core.Containers;

/// <summary>When a container's health is probed, and what the answers mean.</summary>
/// <remarks>
/// As Docker does, with one addition: until the first healthy answer it is also probed before its first interval is
/// over. Such early failures never count, so nothing is unhealthy earlier than under Docker, and much is Running
/// sooner. https://docs.docker.com/reference/dockerfile/#healthcheck
/// </remarks>
internal static class ContainerProbes
{
    internal static readonly TimeSpan FirstProbeAfter = TimeSpan.FromMilliseconds(250);

    private const int OutputShown = 200;

    /// <summary>The first probe of a run; nothing where there is no check.</summary>
    public static ContainerStep Begin(Container container, DateTimeOffset now) => container.HealthCheck switch
    {
        null => ContainerStep.To(container),
        { } check when container.Health == ContainerHealth.Healthy => Wait(container, check.Interval),
        { } check when IsEarly(container, check, now) => Wait(container, Shorter(FirstProbeAfter, check.Interval)),
        { } check => Wait(container, check.Interval),
    };

    public static ContainerStep Probe(Container container) => container.HealthCheck is { } check
        ? ContainerStep.To(container, new ProbeContainer(container.Run, ArgumentsOf(check), check.Timeout))
        : ContainerStep.To(container);

    public static ContainerStep Judge(Container container, ContainerEvent.Probed probed, DateTimeOffset now)
    {
        if (container.HealthCheck is not { } check) return ContainerStep.To(container);

        if (probed.IsHealthy)
        {
            var healthy = ContainerPorts.Serve(container with
            {
                Health = ContainerHealth.Healthy,
                FailedProbes = 0,
                Reason = "",
            });
            return new ContainerStep(
                healthy.Next, [.. healthy.Effects, .. Wait(healthy.Next, check.Interval).Effects]);
        }

        if (IsEarly(container, check, now)) return Wait(container, Shorter(check.StartInterval, check.Interval));

        var failed = container with { FailedProbes = container.FailedProbes + 1 };
        if (failed.FailedProbes < Math.Max(1, check.Retries)) return Wait(failed, check.Interval);

        var sick = failed with { Health = ContainerHealth.Unhealthy, Reason = "unhealthy: " + Shown(probed.Output) };
        return sick.IsStandalone ? Wait(sick, check.Interval) : ContainerLifecycle.Stop(sick);
    }

    /// <summary>Failures do not count: it was never healthy, and is within its start period or
    /// its first interval.</summary>
    private static bool IsEarly(Container container, HealthCheck check, DateTimeOffset now)
    {
        var early = check.StartPeriod > check.Interval ? check.StartPeriod : check.Interval;
        return container.Health != ContainerHealth.Healthy
            && container.Observed.StartedAt is { } started && now - started < early;
    }

    private static ContainerStep Wait(Container container, TimeSpan delay) =>
        ContainerStep.To(container, new WaitForProbe(container.Run, delay));

    private static ImmutableArray<string> ArgumentsOf(HealthCheck check) => check.Test switch
    {
        ["CMD", .. var arguments] => arguments,
        ["CMD-SHELL", .. var line] => ["/bin/sh", "-c", string.Join(' ', line)],
        var arguments => arguments,
    };

    private static TimeSpan Shorter(TimeSpan left, TimeSpan right) => left < right ? left : right;

    private static string Shown(string output)
    {
        var text = output.Trim();
        return text.Length == 0
            ? "the check printed nothing"
            : text.Length <= OutputShown ? text : text[..OutputShown] + "…";
    }
}

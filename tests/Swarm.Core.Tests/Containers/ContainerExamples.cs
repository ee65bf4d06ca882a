using Swarm.Core.Containers;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Containers;

/// <summary>Containers and events as the tests of this folder use them.</summary>
internal static class ContainerExamples
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly TaskId Task = new("s1.1");

    public static readonly HealthCheck EveryHalfMinute = new(["CMD", "/check"])
    {
        Interval = TimeSpan.FromSeconds(30),
        Timeout = TimeSpan.FromSeconds(3),
        Retries = 3,
        StartInterval = TimeSpan.FromSeconds(5),
    };

    public static Container New(
        RestartPolicy? restart = null, bool isJob = false, bool isPublished = false,
        TaskState desired = TaskState.Running)
    {
        var spec = new ContainerSpec
        {
            Image = "web",
            StopGrace = TimeSpan.FromSeconds(7),
            Ports = isPublished ? [new PublishedPort(80, 8080)] : [],
        };
        var template = new TaskTemplate(1, spec, Resources.None, restart ?? new RestartPolicy(), isJob);
        return Container.Admitted(Task, template, new RestartLimits()) with { Desired = desired };
    }

    public static ContainerSighting Sighting(int run, HealthCheck? check = null, DateTimeOffset? at = null) =>
        new(run, null)
        {
            StartedAt = run > 0 ? at ?? Start : null,
            HealthCheck = check,
            Addresses = ["10.88.0.2"],
        };

    public static ContainerEvent Exited(int run, int code, double secondsLater = 0, bool outOfMemory = false) =>
        new ContainerEvent.Exited(new ContainerEnd(run, code, outOfMemory, Start.AddSeconds(secondsLater)));

    public static ContainerStep After(Container container, params ReadOnlySpan<ContainerEvent> events)
    {
        var step = new ContainerStep(container, []);
        foreach (var happened in events) step = ContainerLifecycle.Step(step.Next, happened, Start);
        return step;
    }

    public static Container Running(
        RestartPolicy? restart = null, bool isJob = false, bool isPublished = false, HealthCheck? check = null)
    {
        var step = After(
            New(restart, isJob, isPublished), new ContainerEvent.Looked(null),
            new ContainerEvent.Prepared(Sighting(0, check)), new ContainerEvent.Started(Sighting(1, check)));
        if (check is not null) step = After(step.Next, new ContainerEvent.Probed(1, true, ""));
        return isPublished ? After(step.Next, new ContainerEvent.Published("")).Next : step.Next;
    }

    public static Container Fail(Container container, int run, double ranSeconds)
    {
        var restarted = After(
            container, new ContainerEvent.BackOffEnded(), new ContainerEvent.Started(Sighting(run))).Next;
        return After(restarted, Exited(run, 1, ranSeconds)).Next;
    }

    public static IEnumerable<ContainerEffect> Effects(params ContainerEffect[] effects) => effects;
}

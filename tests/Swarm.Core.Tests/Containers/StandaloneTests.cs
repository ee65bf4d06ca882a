using Swarm.Core.Containers;
using Swarm.Core.Services;
using static Swarm.Core.Containers.ContainerEffect;
using static Swarm.Core.Tests.Containers.ContainerExamples;

namespace Swarm.Core.Tests.Containers;

/// <summary>Containers that belong to no service.</summary>
public sealed class StandaloneTests
{
    private static readonly RestartPolicy Always = new() { Delay = TimeSpan.FromMilliseconds(100) };

    [Fact]
    public void It_waits_until_it_is_started_by_hand()
    {
        var made = After(Made(), new ContainerEvent.Looked(Sighting(0)));
        var started = After(made.Next, new ContainerEvent.StartAsked());

        Assert.Empty(made.Effects);
        Assert.Equal(ContainerStatus.Ready, made.Next.Status);
        Assert.Equal(Effects(new StartContainer()), started.Effects);
    }

    [Fact]
    public void It_runs_again_after_its_end_and_counts_its_restarts_afresh()
    {
        var failed = After(Runs(Always), Exited(1, 1), new ContainerEvent.BackOffEnded(),
            new ContainerEvent.Started(Sighting(2)), new ContainerEvent.StopAsked(TimeSpan.Zero), Exited(2, 143)).Next;
        Assert.Equal((ContainerStatus.Ended, 1), (failed.Status, failed.Observed.Restarts));

        var again = After(failed, new ContainerEvent.StartAsked(), new ContainerEvent.Started(Sighting(3))).Next;

        Assert.Equal((ContainerStatus.Running, 0), (again.Status, again.Observed.Restarts));
        Assert.Equal(TaskState.Running, again.State);
    }

    [Fact]
    public void Stopped_by_hand_it_is_not_restarted_and_stops_as_it_was_asked_to()
    {
        var stopping = After(Runs(Always), new ContainerEvent.StopAsked(TimeSpan.FromSeconds(3), Signal: 2));
        var hurried = After(stopping.Next, new ContainerEvent.StopAsked(TimeSpan.FromSeconds(1)));
        var ended = After(hurried.Next, Exited(1, 130));

        Assert.Equal(Effects(new TerminateContainer(TimeSpan.FromSeconds(3), 2)), stopping.Effects);
        Assert.Equal(Effects(new TerminateContainer(TimeSpan.FromSeconds(1))), hurried.Effects);
        Assert.Empty(ended.Effects);
        Assert.Equal(TaskState.Shutdown, ended.Next.State);
    }

    [Fact]
    public void Stopped_while_it_waits_to_be_restarted_it_has_ended()
    {
        var ended = After(Runs(Always), Exited(1, 1), new ContainerEvent.StopAsked(TimeSpan.Zero));

        Assert.Equal(ContainerStatus.Ended, ended.Next.Status);
        Assert.Equal(1, ended.Next.Observed.ExitCode);
    }

    [Fact]
    public void It_is_restarted_without_end_and_never_later_than_the_longest_delay()
    {
        var container = After(Runs(Always), Exited(1, 1)).Next;
        for (var run = 2; run < 30; run++) container = Fail(container, run, ranSeconds: 0);

        var last = After(container, new ContainerEvent.BackOffEnded(), new ContainerEvent.Started(Sighting(30)),
            Exited(30, 1));

        Assert.Equal(Effects(new WaitBackOff(TimeSpan.FromMinutes(1))), last.Effects);
    }

    [Fact]
    public void A_start_that_fails_leaves_it_as_it_was_with_the_reason()
    {
        var failed = After(
            Made(Always), new ContainerEvent.Looked(Sighting(0)), new ContainerEvent.StartAsked(),
            new ContainerEvent.StartFailed("no such program", IsTransient: true));

        Assert.Empty(failed.Effects);
        Assert.Equal((ContainerStatus.Ended, "no such program"), (failed.Next.Status, failed.Next.StartFault));
        Assert.Equal("", After(failed.Next, new ContainerEvent.StartAsked()).Next.StartFault);
    }

    [Fact]
    public void Unhealthy_it_goes_on_and_is_probed_until_it_is_well()
    {
        var late = EveryHalfMinute with { Retries = 1, Interval = TimeSpan.Zero };
        var sick = After(Runs(Always, late), new ContainerEvent.Probed(1, false, "ill"));
        var well = After(sick.Next, new ContainerEvent.Probed(1, true, ""));

        Assert.Equal((ContainerStatus.Running, ContainerHealth.Unhealthy), (sick.Next.Status, sick.Next.Health));
        Assert.Equal(Effects(new WaitForProbe(1, TimeSpan.Zero)), sick.Effects);
        Assert.Equal(ContainerHealth.Healthy, well.Next.Health);
    }

    [Fact]
    public void A_task_is_neither_started_nor_stopped_so()
    {
        var running = Running();

        Assert.Equal(running, After(running, new ContainerEvent.StopAsked(TimeSpan.Zero)).Next);
        var ended = After(running, new ContainerEvent.Ordered(TaskState.Shutdown), Exited(1, 0)).Next;
        Assert.Equal(ended, After(ended, new ContainerEvent.StartAsked()).Next);
    }

    private static Container Made(RestartPolicy? restart = null)
    {
        var template = new TaskTemplate(
            0, new ContainerSpec { Image = "web" }, Resources.None,
            restart ?? new RestartPolicy { Condition = RestartCondition.None }, false);
        return Container.Standalone(new ContainerId("abc"), template);
    }

    private static Container Runs(RestartPolicy restart, HealthCheck? check = null)
    {
        var step = After(
            Made(restart), new ContainerEvent.Looked(Sighting(0, check)), new ContainerEvent.StartAsked(),
            new ContainerEvent.Started(Sighting(1, check)));
        return check is null ? step.Next : After(step.Next, new ContainerEvent.Probed(1, true, "")).Next;
    }
}

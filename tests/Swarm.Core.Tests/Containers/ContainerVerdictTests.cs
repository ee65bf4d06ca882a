using Swarm.Core.Containers;
using Swarm.Core.Services;
using static Swarm.Core.Containers.ContainerEffect;
using static Swarm.Core.Tests.Containers.ContainerExamples;

namespace Swarm.Core.Tests.Containers;

public sealed class ContainerVerdictTests
{
    private static readonly ContainerEvent Condemned = new ContainerEvent.Condemned("no lease", AtOnce: true);

    [Fact]
    public void A_condemned_container_is_killed_without_a_grace_and_has_failed_whatever_its_exit_code()
    {
        var killed = After(Running(), Condemned);
        var ended = After(killed.Next, new ContainerEvent.Exited(new ContainerEnd(1, 0, false, Start)));

        Assert.Equal(Effects(new KillContainer(ContainerLifecycle.KillAgainAfter)), killed.Effects);
        Assert.Equal((TaskState.Failed, "no lease"), (ended.Next.State, ended.Next.Reason));
        Assert.Empty(ended.Effects);
    }

    [Fact]
    public void A_condemned_container_that_was_just_being_started_is_killed_when_it_has_started()
    {
        var starting = After(New(), new ContainerEvent.Looked(null), new ContainerEvent.Prepared(Sighting(0)));

        var condemned = After(starting.Next, Condemned);
        var started = After(condemned.Next, new ContainerEvent.Started(Sighting(1)));

        Assert.Empty(condemned.Effects);
        Assert.Equal(Effects(new KillContainer(ContainerLifecycle.KillAgainAfter)), started.Effects);
    }

    [Fact]
    public void A_condemned_container_that_never_ran_has_failed_and_never_starts()
    {
        var preparing = After(New(), new ContainerEvent.Looked(null));
        var condemned = After(preparing.Next, Condemned);
        var made = After(condemned.Next, new ContainerEvent.Prepared(Sighting(0)));
        var ready = After(
            New(desired: TaskState.Ready), new ContainerEvent.Looked(null), new ContainerEvent.Prepared(Sighting(0)));

        Assert.Equal(TaskState.Failed, made.Next.State);
        Assert.Equal(TaskState.Failed, After(ready.Next, Condemned).Next.State);
        Assert.DoesNotContain(new StartContainer(), made.Effects);
    }

    [Fact]
    public void A_container_that_runs_longer_than_its_task_may_is_stopped_and_has_failed()
    {
        var starting = After(Timed(New()), new ContainerEvent.Looked(null), new ContainerEvent.Prepared(Sighting(0)));
        var running = After(starting.Next, new ContainerEvent.Started(Sighting(1)));
        var wait = running.Effects.OfType<WaitTimeout>().Single();

        var stopping = After(running.Next, new ContainerEvent.TimeEnded(1));
        var ended = After(stopping.Next, new ContainerEvent.Exited(new ContainerEnd(1, 143, false, Start)));

        Assert.Equal(1, wait.Run);
        Assert.InRange(wait.Left, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.Single(stopping.Effects.OfType<TerminateContainer>());
        Assert.Equal((TaskState.Failed, "it ran longer than 30 s"), (ended.Next.State, ended.Next.Reason));
        Assert.Empty(After(running.Next, new ContainerEvent.TimeEnded(0)).Effects);
    }

    [Fact]
    public void A_container_found_running_has_only_the_rest_of_its_time()
    {
        var found = ContainerLifecycle.Step(
            Timed(New()), new ContainerEvent.Looked(Sighting(1)), Start + TimeSpan.FromSeconds(20));

        Assert.Equal(TimeSpan.FromSeconds(10), found.Effects.OfType<WaitTimeout>().Single().Left);
    }

    [Fact]
    public void A_container_found_running_by_a_clock_that_was_set_back_has_its_time_once_more_and_no_longer()
    {
        var found = ContainerLifecycle.Step(
            Timed(New()), new ContainerEvent.Looked(Sighting(1)), Start - TimeSpan.FromHours(1));

        Assert.Equal(TimeSpan.FromSeconds(30), found.Effects.OfType<WaitTimeout>().Single().Left);
    }

    private static Container Timed(Container container) =>
        container with { Template = container.Template with { Timeout = TimeSpan.FromSeconds(30) } };
}

using Swarm.Core.Containers;
using Swarm.Core.Services;
using static Swarm.Core.Containers.ContainerEffect;
using static Swarm.Core.Tests.Containers.ContainerExamples;

namespace Swarm.Core.Tests.Containers;

public sealed class ContainerLifecycleTests
{
    [Fact]
    public void A_new_container_is_prepared_and_then_started()
    {
        var preparing = After(New(), new ContainerEvent.Looked(null));
        var starting = After(preparing.Next, new ContainerEvent.Prepared(Sighting(0)));
        var running = After(starting.Next, new ContainerEvent.Started(Sighting(1)));

        Assert.Equal(Effects(new PrepareContainer()), preparing.Effects);
        Assert.Equal(TaskState.Preparing, preparing.Next.State);
        Assert.Equal(Effects(new StartContainer()), starting.Effects);
        Assert.Equal(TaskState.Starting, starting.Next.State);
        Assert.Equal(TaskState.Running, running.Next.State);
        Assert.Equal(["10.88.0.2"], running.Next.Observed.Addresses.ToArray());
        Assert.Equal(Start, running.Next.Observed.StartedAt);
    }

    [Fact]
    public void A_container_that_is_only_to_be_ready_waits_until_running_is_ordered()
    {
        var ready = After(
            New(desired: TaskState.Ready), new ContainerEvent.Looked(null), new ContainerEvent.Prepared(Sighting(0)));
        var ordered = After(ready.Next, new ContainerEvent.Ordered(TaskState.Running));

        Assert.Equal(TaskState.Ready, ready.Next.State);
        Assert.Empty(ready.Effects);
        Assert.Equal(Effects(new StartContainer()), ordered.Effects);
    }

    [Fact]
    public void A_container_that_cannot_be_prepared_is_rejected_with_the_reason()
    {
        var rejected =
            After(New(), new ContainerEvent.Looked(null), new ContainerEvent.PrepareFailed("no image web")).Next;

        Assert.Equal((TaskState.Rejected, "no image web", ContainerStatus.Ended),
            (rejected.State, rejected.Reason, rejected.Status));
    }

    [Fact]
    public void A_running_container_asked_to_stop_is_terminated_with_the_grace_it_was_given_and_then_killed()
    {
        var stopping = After(Running(), new ContainerEvent.Ordered(TaskState.Shutdown));
        var killed = After(stopping.Next, new ContainerEvent.GraceEnded());
        var ended = After(killed.Next, Exited(1, 137));

        Assert.Equal(Effects(new TerminateContainer(TimeSpan.FromSeconds(7))), stopping.Effects);
        Assert.Equal(Effects(new KillContainer(TimeSpan.FromSeconds(10))), killed.Effects);
        Assert.Equal((TaskState.Shutdown, ContainerStatus.Ended), (ended.Next.State, ended.Next.Status));
        Assert.Equal(137, ended.Next.Observed.ExitCode);
    }

    [Fact]
    public void A_published_container_leaves_the_routes_before_it_is_signalled()
    {
        var draining = After(Running(isPublished: true), new ContainerEvent.Ordered(TaskState.Shutdown));
        var stopping = After(draining.Next, new ContainerEvent.Drained());

        Assert.Equal(Effects(new DrainContainer()), draining.Effects);
        Assert.False(draining.Next.IsServing);
        Assert.Equal(Effects(new TerminateContainer(TimeSpan.FromSeconds(7))), stopping.Effects);
    }

    [Fact]
    public void A_stop_while_it_is_being_started_is_carried_out_once_it_has_started()
    {
        var starting = After(New(), new ContainerEvent.Looked(null), new ContainerEvent.Prepared(Sighting(0))).Next;
        var asked = After(starting, new ContainerEvent.Ordered(TaskState.Remove));
        var started = After(asked.Next, new ContainerEvent.Started(Sighting(1)));
        var ended = After(started.Next, Exited(1, 0));

        Assert.Empty(asked.Effects);
        Assert.Equal(Effects(new TerminateContainer(TimeSpan.FromSeconds(7))), started.Effects);
        Assert.Equal(Effects(new RemoveContainer()), ended.Effects);
    }

    [Fact]
    public void A_stop_while_it_is_being_prepared_abandons_the_preparing_and_never_starts_it()
    {
        var asked = After(New(), new ContainerEvent.Looked(null), new ContainerEvent.Ordered(TaskState.Shutdown));
        var made = After(asked.Next, new ContainerEvent.Prepared(Sighting(0)));

        Assert.Equal(Effects(new AbandonPreparing()), asked.Effects);
        Assert.Equal(Effects(new RemoveContainer()), made.Effects);
        Assert.Equal((TaskState.Shutdown, ContainerStatus.Ended), (made.Next.State, made.Next.Status));
    }

    [Fact]
    public void A_container_that_was_made_and_never_started_is_freed_when_its_task_has_ended()
    {
        var ready = After(
            New(desired: TaskState.Ready), new ContainerEvent.Looked(null),
            new ContainerEvent.Prepared(Sighting(0))).Next;
        var ended = After(ready, new ContainerEvent.Ordered(TaskState.Shutdown));
        var failed = After(ended.Next, new ContainerEvent.RemoveFailed("busy"));
        var again = After(failed.Next, new ContainerEvent.RemoveDue());
        var freed = After(again.Next, new ContainerEvent.Removed());

        Assert.Equal(Effects(new RemoveContainer()), ended.Effects);
        Assert.Equal(Effects(new WaitToRemove(TimeSpan.FromSeconds(5))), failed.Effects);
        Assert.Equal(Effects(new RemoveContainer()), again.Effects);
        Assert.Equal((TaskState.Shutdown, ContainerStatus.Ended), (freed.Next.State, freed.Next.Status));
        Assert.Empty(After(Running(), new ContainerEvent.Ordered(TaskState.Shutdown), Exited(1, 0)).Effects);
    }

    [Fact]
    public void A_removal_that_fails_is_tried_again_until_nothing_is_left()
    {
        var ended = After(Running(), new ContainerEvent.Ordered(TaskState.Remove), Exited(1, 0));
        var failed = After(ended.Next, new ContainerEvent.RemoveFailed("busy"));
        var again = After(failed.Next, new ContainerEvent.RemoveDue());
        var removed = After(again.Next, new ContainerEvent.Removed());

        Assert.Equal(Effects(new WaitToRemove(TimeSpan.FromSeconds(5))), failed.Effects);
        Assert.Equal("busy", failed.Next.Reason);
        Assert.Equal(Effects(new RemoveContainer()), again.Effects);
        Assert.Equal((TaskState.Remove, ContainerStatus.Removed), (removed.Next.State, removed.Next.Status));
    }
}

using Swarm.Core.Containers;
using Swarm.Core.Services;
using static Swarm.Core.Containers.ContainerEffect;
using static Swarm.Core.Tests.Containers.ContainerExamples;

namespace Swarm.Core.Tests.Containers;

public sealed class ContainerAdoptionTests
{
    private static ContainerSighting Over(int run, int code) =>
        Sighting(run) with { End = new ContainerEnd(run, code, false, Start.AddSeconds(5)) };

    [Fact]
    public void A_running_container_goes_on_without_a_restart()
    {
        var known = New() with { State = TaskState.Running };

        var adopted = After(known, new ContainerEvent.Looked(Sighting(3)));

        Assert.Empty(adopted.Effects);
        Assert.Equal((ContainerStatus.Running, 3), (adopted.Next.Status, adopted.Next.Run));
    }

    [Fact]
    public void A_running_container_that_was_healthy_stays_so_until_a_probe_says_otherwise()
    {
        var proven = After(
            New() with { State = TaskState.Running }, new ContainerEvent.Looked(Sighting(1, EveryHalfMinute)));
        var unproven = After(
            New() with { State = TaskState.Starting }, new ContainerEvent.Looked(Sighting(1, EveryHalfMinute)));

        Assert.Equal((ContainerStatus.Running, ContainerHealth.Healthy), (proven.Next.Status, proven.Next.Health));
        Assert.Equal(
            (ContainerStatus.Starting, ContainerHealth.Unproven), (unproven.Next.Status, unproven.Next.Health));
        Assert.IsType<WaitForProbe>(Assert.Single(unproven.Effects));
    }

    [Fact]
    public void A_container_that_ended_meanwhile_is_reported_with_its_code()
    {
        var known = New(new RestartPolicy { Condition = RestartCondition.None }) with { State = TaskState.Running };

        var ended = After(known, new ContainerEvent.Looked(Over(1, 42))).Next;

        Assert.Equal((TaskState.Failed, 42), (ended.State, ended.Observed.ExitCode));
    }

    [Fact]
    public void A_restart_that_was_counted_but_not_carried_out_is_carried_out_and_not_counted_again()
    {
        var known = New() with { State = TaskState.Running };
        known = known with { Observed = known.Observed with { Restarts = 1, FinishedAt = Over(1, 1).End!.At } };

        var resumed = After(known, new ContainerEvent.Looked(Over(1, 1)));

        Assert.Equal((ContainerStatus.BackingOff, 1), (resumed.Next.Status, resumed.Next.Observed.Restarts));
        Assert.IsType<WaitBackOff>(Assert.Single(resumed.Effects));
    }

    [Fact]
    public void An_end_that_nobody_saw_is_judged_however_often_the_start_before_it_was_tried()
    {
        var known = New(new RestartPolicy { Condition = RestartCondition.OnFailure }) with
        {
            State = TaskState.Running,
        };
        known = known with { Observed = known.Observed with { Restarts = 1 } };

        var ended = After(known, new ContainerEvent.Looked(Over(1, 0)));

        Assert.Equal(TaskState.Complete, ended.Next.State);
        Assert.Empty(ended.Effects);
    }

    [Fact]
    public void A_container_that_was_only_made_is_started_when_it_is_to_run() =>
        Assert.Equal(
            Effects(new StartContainer()),
            After(New() with { State = TaskState.Ready }, new ContainerEvent.Looked(Sighting(0))).Effects);

    [Fact]
    public void A_running_container_that_is_not_wanted_any_more_is_stopped()
    {
        var known = New(desired: TaskState.Remove) with { State = TaskState.Running };

        var stopping = After(known, new ContainerEvent.Looked(Sighting(1)));

        Assert.IsType<TerminateContainer>(Assert.Single(stopping.Effects));
        Assert.Equal(Effects(new RemoveContainer()), After(stopping.Next, Exited(1, 0)).Effects);
    }

    [Fact]
    public void A_running_container_that_is_gone_has_failed()
    {
        var gone = After(New() with { State = TaskState.Running }, new ContainerEvent.Looked(null)).Next;

        Assert.Equal((TaskState.Failed, "its container is gone from the host"), (gone.State, gone.Reason));
    }

    [Fact]
    public void What_was_told_to_have_ended_stays_so()
    {
        var known = New() with { State = TaskState.Failed, Reason = "exit code 1" };

        var looked = After(known, new ContainerEvent.Looked(Over(1, 1)));

        Assert.Empty(looked.Effects);
        Assert.Equal((ContainerStatus.Ended, "exit code 1"), (looked.Next.Status, looked.Next.Reason));
    }
}

using Swarm.Core.Containers;
using Swarm.Core.Services;
using static Swarm.Core.Containers.ContainerEffect;
using static Swarm.Core.Tests.Containers.ContainerExamples;

namespace Swarm.Core.Tests.Containers;

public sealed class ContainerHealthTests
{
    private static Container Unproven => After(
        New(), new ContainerEvent.Looked(null), new ContainerEvent.Prepared(Sighting(0, EveryHalfMinute)),
        new ContainerEvent.Started(Sighting(1, EveryHalfMinute))).Next;

    [Fact]
    public void A_checked_container_is_running_only_after_its_first_healthy_answer()
    {
        var started = After(
            New(), new ContainerEvent.Looked(null), new ContainerEvent.Prepared(Sighting(0, EveryHalfMinute)),
            new ContainerEvent.Started(Sighting(1, EveryHalfMinute)));
        var due = After(started.Next, new ContainerEvent.ProbeDue(1));
        var healthy = After(due.Next, new ContainerEvent.Probed(1, true, "ok"));

        Assert.Equal(TaskState.Starting, started.Next.State);
        Assert.Equal(Effects(new WaitForProbe(1, TimeSpan.FromMilliseconds(250))), started.Effects);
        var probe = Assert.IsType<ProbeContainer>(Assert.Single(due.Effects));
        Assert.Equal(["/check"], probe.Arguments.ToArray());
        Assert.Equal(TimeSpan.FromSeconds(3), probe.Timeout);
        Assert.Equal(TaskState.Running, healthy.Next.State);
        Assert.Equal(Effects(new WaitForProbe(1, TimeSpan.FromSeconds(30))), healthy.Effects);
    }

    [Fact]
    public void A_shell_check_runs_in_the_shell()
    {
        var container = Unproven with { HealthCheck = new HealthCheck(["CMD-SHELL", "wget -q localhost || exit 1"]) };

        var probe = Assert.IsType<ProbeContainer>(
            Assert.Single(After(container, new ContainerEvent.ProbeDue(1)).Effects));

        Assert.Equal(["/bin/sh", "-c", "wget -q localhost || exit 1"], probe.Arguments.ToArray());
    }

    [Fact]
    public void A_check_that_is_switched_off_is_none()
    {
        var off = new HealthCheck(["NONE"]);

        var running = After(
            New(), new ContainerEvent.Looked(null), new ContainerEvent.Prepared(Sighting(0, off)),
            new ContainerEvent.Started(Sighting(1, off)));

        Assert.Equal(TaskState.Running, running.Next.State);
        Assert.Empty(running.Effects);
    }

    [Fact]
    public void Failures_before_the_first_interval_or_within_the_start_period_do_not_count()
    {
        var patient = Unproven with { HealthCheck = EveryHalfMinute with { StartPeriod = TimeSpan.FromMinutes(2) } };
        var failed = new ContainerEvent.Probed(1, false, "no");

        var early = ContainerLifecycle.Step(Unproven, failed, Start.AddSeconds(29));
        var late = ContainerLifecycle.Step(Unproven, failed, Start.AddSeconds(30));
        var waited = ContainerLifecycle.Step(patient, failed, Start.AddSeconds(119));

        Assert.Equal(0, early.Next.FailedProbes);
        Assert.Equal(Effects(new WaitForProbe(1, TimeSpan.FromSeconds(5))), early.Effects);
        Assert.Equal(1, late.Next.FailedProbes);
        Assert.Equal(Effects(new WaitForProbe(1, TimeSpan.FromSeconds(30))), late.Effects);
        Assert.Equal(0, waited.Next.FailedProbes);
    }

    [Fact]
    public void Failures_in_a_row_make_it_unhealthy_and_it_is_stopped_and_counts_as_failed()
    {
        var none = new RestartPolicy { Condition = RestartCondition.None };
        var failed = new ContainerEvent.Probed(1, false, "connection refused\n");

        var twice = After(Running(none, check: EveryHalfMinute), failed, failed);
        var thrice = After(twice.Next, failed);
        var ended = After(thrice.Next, Exited(1, 0)).Next;

        Assert.Equal(ContainerStatus.Running, twice.Next.Status);
        Assert.Equal(Effects(new TerminateContainer(TimeSpan.FromSeconds(7))), thrice.Effects);
        Assert.Equal((TaskState.Failed, "unhealthy: connection refused"), (ended.State, ended.Reason));
    }

    [Fact]
    public void An_unhealthy_container_is_restarted_in_place_and_proves_itself_anew()
    {
        var failed = new ContainerEvent.Probed(1, false, "no");
        var restarted = After(
            Running(check: EveryHalfMinute), failed, failed, failed, Exited(1, 143), new ContainerEvent.BackOffEnded(),
            new ContainerEvent.Started(Sighting(2, EveryHalfMinute))).Next;

        Assert.Equal((ContainerStatus.Starting, ContainerHealth.Unproven, 1),
            (restarted.Status, restarted.Health, restarted.Observed.Restarts));
        Assert.Equal(ContainerStatus.Starting, After(restarted, new ContainerEvent.Probed(1, true, "")).Next.Status);
        Assert.Equal(ContainerStatus.Running, After(restarted, new ContainerEvent.Probed(2, true, "")).Next.Status);
    }

    [Fact]
    public void A_healthy_answer_between_failures_starts_the_count_again()
    {
        var failed = new ContainerEvent.Probed(1, false, "no");

        var after = After(Running(check: EveryHalfMinute), failed, failed, new ContainerEvent.Probed(1, true, ""),
            failed, failed).Next;

        Assert.Equal((ContainerStatus.Running, 2), (after.Status, after.FailedProbes));
    }
}

using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

/// <summary>Times without end are refused; a journal may hold some from before they were.</summary>
public sealed class TimesWithoutEndTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Endless = TimeSpan.MaxValue;

    [Fact]
    public void A_node_whose_loss_is_waited_for_without_end_is_never_lost()
    {
        var fleet = Recovered(Specs.Replicated(2) with { LostAfter = Endless });

        fleet.Reach(fleet.Nodes[0], false);
        fleet.Run(Minute);

        Assert.Equal(2, fleet.State.LastTask);
    }

    [Fact]
    public void What_failed_is_not_tried_again_and_every_restart_counts()
    {
        var fleet = Recovered(Specs.Replicated(2).WithRestart(
            restart => restart with { Delay = Endless, Window = Endless, MaxAttempts = 3 }));

        fleet.Nodes[0].CutPower();
        fleet.Nodes[0].Crash();
        fleet.Run(Minute);

        Assert.Equal(2, fleet.State.LastTask);
        Assert.Equal(DateTimeOffset.MaxValue, fleet.State.Slots[1].RetryAt);
        Assert.Equal(
            Written.Bytes(fleet.State), Written.Bytes(Written.Read<ServiceState>(Written.Bytes(fleet.State))));
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(0, 4)]
    public void An_update_whose_delay_and_monitor_have_no_end_waits_after_the_first_tasks(int parallelism, long tasks)
    {
        var endless = Specs.Replicated(2, "web:2").With(
            update => update with { Delay = Endless, Monitor = Endless, Parallelism = parallelism });
        var fleet = Recovered(Specs.Replicated(2));

        fleet.Recover(Accepted(endless));
        fleet.Run(Minute);

        Assert.Equal((UpdatePhase.Updating, tasks), (fleet.State.Update.Phase, fleet.State.LastTask));
    }

    [Fact]
    public void Jobs_and_runs_that_are_kept_without_end_stay()
    {
        var job = Recovered(Specs.Job(2) with { Job = new JobPolicy { KeepFor = Endless } }, Fate.Completes);
        var periodic = Recovered(
            Specs.Periodic(policy: policy => policy with { KeepFor = Endless }), Fate.Completes);

        job.Run(Minute);
        periodic.Run(2.5 * Minute);

        Assert.True(ServiceRules.Describe(job.State)!.Job!.Ended);
        Assert.Equal([1, 2], periodic.State.Runs.Runs.Select(run => run.Number));
    }

    private static Fleet Recovered(ServiceSpec spec, Fate fate = Fate.Runs)
    {
        var fleet = new Fleet(nodes: 2, (_, _) => fate);
        fleet.Recover(Accepted(spec));
        fleet.Run(TimeSpan.FromSeconds(1));
        return fleet;
    }

    private static ServiceEvent.SpecAccepted Accepted(ServiceSpec spec) =>
        new(new ServiceId("s1"), spec, new RequestId(spec.Container.Image), Specs.Noon);
}

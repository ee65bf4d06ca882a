using Swarm.Core.Nodes;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

/// <summary>The clock of the host that decides is set, or another host decides, whose clock is behind.</summary>
public sealed class ClockTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_slot_that_waits_to_be_filled_again_waits_no_longer_when_the_clock_is_set_back(bool moves)
    {
        var fleet = new Fleet(fateOf: (_, _) => Fate.Fails);
        fleet.Deploy(Specs.Replicated(1));
        fleet.Run(Second);
        fleet.FateOf = (_, _) => Fate.Runs;

        if (moves) fleet.BeDown(-Hour);
        else fleet.SetClock(-Hour);
        fleet.Run(Minute);

        Assert.Single(fleet.Running);
    }

    [Fact]
    public void A_node_that_was_out_of_reach_before_is_lost_after_its_time_from_then_on()
    {
        var fleet = new Fleet(nodes: 2);
        fleet.Deploy(Specs.Replicated(2) with { LostAfter = 10 * Second });
        fleet.Run(Second);
        fleet.Reach(fleet.Nodes[0], false);

        fleet.SetClock(-Hour);
        fleet.Run(9 * Second);
        Assert.Equal(2, fleet.State.LastTask);
        fleet.Run(2 * Second);

        Assert.Equal(3, fleet.State.LastTask);
    }

    [Fact]
    public void Tasks_without_a_place_ask_for_one_and_an_update_and_a_drain_go_on()
    {
        var fleet = new Fleet(nodes: 2);
        fleet.Deploy(Specs.Replicated(2).With(update => update with { Delay = Second }));
        fleet.Run(Second);
        fleet.PlacerIsFull = true;
        fleet.Deploy(Specs.Replicated(2, "web:2").With(update => update with { Delay = Second }));
        fleet.Set(fleet.Nodes[0], NodeAvailability.Drain);
        fleet.Run(Minute);

        fleet.SetClock(-Hour);
        fleet.PlacerIsFull = false;
        fleet.Run(Minute);

        Assert.Equal(UpdatePhase.Completed, fleet.State.Update.Phase);
        Assert.All(fleet.Running, task => Assert.Equal("n2", task.Node!.Value.Value));
    }

    [Fact]
    public void An_ended_job_is_kept_for_its_time_from_then_on()
    {
        var job = new Fleet(fateOf: (_, _) => Fate.Completes);
        job.Deploy(Specs.Job(1) with { Job = new JobPolicy { KeepFor = 2 * Minute } });
        job.Run(Minute);

        job.SetClock(-Hour);
        job.Run(3 * Minute);

        Assert.True(ServiceRules.IsGone(job.State));
    }

    [Fact]
    public void A_schedule_that_was_decided_by_a_clock_far_ahead_goes_on_when_it_is_right_again()
    {
        var fleet = new Fleet(fateOf: (_, _) => Fate.Completes);
        fleet.Deploy(Specs.Periodic());
        fleet.SetClock(TimeSpan.FromDays(3650));
        Assert.Equal(1, fleet.State.Runs.Last);

        fleet.SetClock(-TimeSpan.FromDays(3650));
        fleet.Run(2.5 * Minute);

        Assert.Equal(
            [Specs.Noon + Minute, Specs.Noon + (2 * Minute)], fleet.State.Runs.Runs.Skip(1).Select(run => run.DueAt));
    }

    [Fact]
    public void Times_of_a_schedule_that_come_again_are_not_due_again()
    {
        var fleet = new Fleet(fateOf: (_, _) => Fate.Completes);
        fleet.Deploy(Specs.Periodic());
        fleet.Run(2.5 * Minute);

        fleet.SetClock(-Minute);
        fleet.Run(2 * Minute);

        Assert.Equal(
            [Specs.Noon + Minute, Specs.Noon + (2 * Minute), Specs.Noon + (3 * Minute)],
            fleet.State.Runs.Runs.Select(run => run.DueAt));
    }

    [Fact]
    public void A_clock_that_goes_on_and_one_that_is_set_ahead_are_no_event()
    {
        var fleet = new Fleet(fateOf: (_, _) => Fate.Fails);
        fleet.Deploy(Specs.Replicated(2));
        fleet.Run(Minute);
        fleet.SetClock(Hour);
        fleet.Run(Minute);

        Assert.Empty(fleet.Journal.OfType<ServiceEvent.IncarnationBegun>());
    }
}

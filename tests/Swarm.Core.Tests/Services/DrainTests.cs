using Swarm.Core.Nodes;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

public sealed class DrainTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void Tasks_of_a_drained_node_are_replaced_elsewhere_one_after_the_other()
    {
        var fleet = Running(Specs.Replicated(6), out var fewest);

        fleet.Set(fleet.Nodes[0], NodeAvailability.Drain);
        fleet.Run(Minute);

        Assert.Empty(fleet.Nodes[0].RunningSlots);
        Assert.Equal(6, fleet.Running.Count);
        Assert.Equal(5, fewest());
        Assert.Equal(8, fleet.State.LastTask);
        Assert.Equal(UpdatePhase.None, fleet.State.Update.Phase);
    }

    [Fact]
    public void With_start_first_a_drain_leaves_no_slot_without_a_running_task()
    {
        var fleet = Running(
            Specs.Replicated(6).With(update => update with { Order = UpdateOrder.StartFirst }), out var fewest);

        fleet.Set(fleet.Nodes[0], NodeAvailability.Drain);
        fleet.Run(Minute);

        Assert.Empty(fleet.Nodes[0].RunningSlots);
        Assert.Equal(6, fewest());
    }

    [Theory]
    [InlineData(4, false)]
    [InlineData(6, false)]
    [InlineData(4, true)]
    [InlineData(5, true)]
    public void A_drain_of_all_at_once_leaves_running_what_the_service_wants(int least, bool atMostOnce)
    {
        var spec = Specs.Replicated(6).With(update => update with { Parallelism = 0 }) with
        {
            MinRunning = least,
            AtMostOnce = atMostOnce,
        };
        var fleet = Running(spec, out var fewest);

        fleet.Set(fleet.Nodes[0], NodeAvailability.Drain);
        fleet.Run(Minute);

        Assert.Empty(fleet.Nodes[0].RunningSlots);
        Assert.Equal(6, fleet.Running.Count);
        Assert.Equal(least, fewest());
    }

    [Fact]
    public void Scaled_down_to_its_minimum_a_service_that_runs_at_most_once_leaves_a_drained_node_all_the_same()
    {
        var fleet = Running(Specs.Replicated(3) with { MinRunning = 2, AtMostOnce = true }, out var fewest);
        fleet.Scale(2);
        fleet.Run(Minute);

        foreach (var node in fleet.Nodes.Take(2)) fleet.Set(node, NodeAvailability.Drain);
        fleet.Run(Minute);

        Assert.Equal((2, 2), (fleet.Nodes[2].RunningSlots.Count(), fleet.Running.Count));
        Assert.Equal(1, fewest());
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(0, false)]
    [InlineData(0, true)]
    public void Where_there_is_no_other_place_a_drained_node_is_left_as_far_as_enough_run_on(
        int atOnce, bool atMostOnce)
    {
        var spec = Specs.Replicated(6).With(update => update with { Parallelism = atOnce }) with
        {
            MinRunning = 5,
            AtMostOnce = atMostOnce,
        };
        var fleet = Running(spec, out var fewest);
        fleet.PlacerIsFull = true;

        fleet.Set(fleet.Nodes[0], NodeAvailability.Drain);
        fleet.Run(Minute);

        Assert.Equal(5, fleet.Running.Count);
        Assert.Equal(5, fewest());
        Assert.Equal(
            atOnce == 1 ? 1 : 2,
            fleet.State.Tasks.Values.Count(task => task.IsPending() && task.Reason == "no room"));
    }

    [Fact]
    public void With_start_first_a_task_that_has_no_other_place_stays_on_its_drained_node()
    {
        var fleet = Running(
            Specs.Replicated(6).With(update => update with { Order = UpdateOrder.StartFirst }), out var fewest);
        fleet.PlacerIsFull = true;

        fleet.Set(fleet.Nodes[0], NodeAvailability.Drain);
        fleet.Run(Minute);

        Assert.Equal(6, fewest());
        Assert.Equal(2, fleet.Nodes[0].RunningSlots.Count());
    }

    [Fact]
    public void What_stays_on_a_drained_node_says_that_no_other_can_take_it_or_which_slot_it_waits_for()
    {
        var fleet = Running(Specs.Replicated(6), out _);
        fleet.PlacerIsFull = true;
        fleet.Set(fleet.Nodes[0], NodeAvailability.Drain);
        fleet.Run(Minute);

        var stays = Assert.Single(Described(fleet), task => task.Node == fleet.Nodes[0].Id && task.IsLive());
        var waits = Assert.Single(fleet.State.Tasks.Values, task => task.IsPending());
        Assert.Equal(
            $"held: its node is drained, and slot {waits.Slot} goes first, which no other can take: no room",
            stays.Reason);

        fleet.PlacerIsFull = false;
        fleet.Run(Minute);
        Assert.DoesNotContain(Described(fleet), task => task.Reason.StartsWith("held", StringComparison.Ordinal));
    }

    [Fact]
    public void With_start_first_the_task_that_stays_names_what_the_placer_said()
    {
        var fleet = Running(
            Specs.Replicated(3).With(update => update with { Order = UpdateOrder.StartFirst }), out _);
        fleet.PlacerIsFull = true;

        fleet.Set(fleet.Nodes[0], NodeAvailability.Drain);
        fleet.Run(Minute);

        Assert.Equal(
            "held: its node is drained, and no other can take it: no room",
            Assert.Single(Described(fleet), task => task.Node == fleet.Nodes[0].Id).Reason);
    }

    [Fact]
    public void A_drain_goes_by_the_delay_of_the_update_policy()
    {
        var fleet = Running(Specs.Replicated(9).With(update => update with { Delay = Minute }), out var fewest);

        fleet.Set(fleet.Nodes[0], NodeAvailability.Drain);
        fleet.Run(Minute / 2);
        Assert.Equal(2, fleet.Nodes[0].RunningSlots.Count());
        Assert.Equal(
            "its node is drained",
            Described(fleet).First(task => task.Node == fleet.Nodes[0].Id && task.IsLive()).Leaving);
        fleet.Run(Minute);
        Assert.Single(fleet.Nodes[0].RunningSlots);
        fleet.Run(Minute);

        Assert.Empty(fleet.Nodes[0].RunningSlots);
        Assert.Equal((8, 9), (fewest(), fleet.Running.Count));
    }

    [Fact]
    public void A_node_made_active_again_keeps_the_tasks_that_have_not_left()
    {
        var fleet = Running(Specs.Replicated(6), out _);
        fleet.PlacerIsFull = true;
        fleet.Set(fleet.Nodes[0], NodeAvailability.Drain);
        fleet.Set(fleet.Nodes[0], NodeAvailability.Active);
        fleet.PlacerIsFull = false;

        fleet.Run(Minute);

        Assert.Equal([1, 2, 3, 4, 5, 6], fleet.Running.Select(task => task.Number()));
    }

    [Fact]
    public void A_paused_node_keeps_its_tasks()
    {
        var fleet = Running(Specs.Replicated(6), out var fewest);

        fleet.Set(fleet.Nodes[0], NodeAvailability.Pause);
        fleet.Run(Minute);

        Assert.Equal((6, 6L), (fewest(), fleet.State.LastTask));
    }

    [Fact]
    public void An_update_and_a_drain_together_keep_to_the_policys_number_at_once()
    {
        var fleet = Running(Specs.Replicated(6), out var fewest);

        fleet.Deploy(Specs.Replicated(6, "web:2"));
        fleet.Set(fleet.Nodes[0], NodeAvailability.Drain);
        fleet.Run(Minute);

        Assert.Equal(5, fewest());
        Assert.Equal(UpdatePhase.Completed, fleet.State.Update.Phase);
        Assert.Empty(fleet.Nodes[0].RunningSlots);
    }

    [Fact]
    public void A_jobs_task_on_a_drained_node_runs_again_elsewhere_and_never_twice_at_once()
    {
        var fleet = new Fleet(nodes: 2);
        fleet.Deploy(Specs.Job(2).With(update => update with { Order = UpdateOrder.StartFirst }));
        fleet.Run(TimeSpan.FromSeconds(1));
        var most = 0;
        fleet.Watch = (_, _) => most = Math.Max(most, fleet.RunningSlots.Count());

        fleet.Set(fleet.Nodes[0], NodeAvailability.Drain);
        fleet.Run(Minute);

        Assert.Equal(2, most);
        Assert.Equal([1, 2], fleet.Nodes[1].RunningSlots.Order());
    }

    [Fact]
    public void A_task_asked_to_move_goes_where_there_is_a_better_place()
    {
        var fleet = Running(Specs.Replicated(6), out var fewest);
        fleet.Nodes.Add(new FleetNode(new NodeId("n4"), (_, _) => Fate.Runs));
        var moved = fleet.Running[0];

        var decision = fleet.Move(moved);
        fleet.Run(Minute);

        Assert.True(decision.Changed);
        Assert.Equal([moved.Slot], fleet.Nodes[3].RunningSlots);
        Assert.Equal((5, 6), (fewest(), fleet.Running.Count));
        Assert.All(fleet.Running, task => Assert.Empty(task.Leaving));
    }

    [Fact]
    public void A_task_asked_to_move_stays_where_there_is_no_place_for_it()
    {
        var fleet = Running(Specs.Replicated(6), out var fewest);
        fleet.PlacerIsFull = true;

        fleet.Move(fleet.Running[0]);
        fleet.Run(Minute);

        Assert.Equal(6, fewest());
        Assert.Equal([1, 2, 3, 4, 5, 6], fleet.Running.Select(task => task.Number()));
        Assert.Empty(fleet.Running[0].Leaving);
    }

    [Fact]
    public void A_task_whose_successor_cannot_be_prepared_stays()
    {
        var fleet = Running(Specs.Replicated(3), out var fewest);
        fleet.Nodes.Add(new FleetNode(new NodeId("n4"), (_, _) => Fate.IsRejected));

        fleet.Move(fleet.Running[0]);
        fleet.Run(Minute);

        Assert.Equal(3, fewest());
        Assert.Equal([1, 2, 3], fleet.Running.Select(task => task.Number()));
    }

    [Fact]
    public void What_cannot_move_is_refused_with_the_reason()
    {
        var fleet = Running(Specs.Replicated(1), out _);
        var task = fleet.Running[0];
        var job = new Fleet();
        job.Deploy(Specs.Job(1));

        Assert.Equal("service web is a job: its tasks are not moved", job.Move(task).Refusal);
        Assert.Equal("task s1.7 of service web does not run",
            fleet.Move(task with { Id = new TaskId("s1.7") }).Refusal);
        fleet.Move(task);
        Assert.False(fleet.Move(task).Changed);
        fleet.Deploy(Specs.Replicated(1, "web:2"));
        Assert.Equal("service web is being updated", fleet.Move(task).Refusal);
    }

    private static System.Collections.Immutable.ImmutableArray<ServiceTask> Described(Fleet fleet) =>
        ServiceRules.Describe(fleet.State)!.Tasks;

    private static Fleet Running(ServiceSpec spec, out Func<int> fewest)
    {
        var fleet = new Fleet(nodes: 3);
        fleet.Deploy(spec);
        fleet.Run(TimeSpan.FromSeconds(1));
        var least = fleet.RunningSlots.Distinct().Count();
        fleet.Watch = (_, _) => least = Math.Min(least, fleet.RunningSlots.Distinct().Count());
        fewest = () => least;
        return fleet;
    }
}

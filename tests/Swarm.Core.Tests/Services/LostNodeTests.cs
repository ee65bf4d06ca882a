using Swarm.Core.Nodes;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

public sealed class LostNodeTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Tasks_of_a_lost_node_get_others_in_their_places_after_the_time_the_service_waits()
    {
        var fleet = Running(nodes: 2, Specs.Replicated(2) with { LostAfter = 3 * Second });

        fleet.Reach(fleet.Nodes[0], false);
        fleet.Run(TimeSpan.FromMilliseconds(2999));
        Assert.Equal(2, fleet.State.LastTask);
        fleet.Run(TimeSpan.FromMilliseconds(1));
        fleet.Run(TimeSpan.FromMilliseconds(1));

        Assert.Equal(2, fleet.Running.Count);
        Assert.All(fleet.Running, task => Assert.Equal("n2", task.Node!.Value.Value));
        Assert.Equal("node n1 is out of reach", fleet.State.Tasks[1].Reason);
        Assert.Equal(2, ServiceRules.List(fleet.State)!.Running);
    }

    [Fact]
    public void Of_a_node_that_returns_the_older_task_stays_and_the_one_in_its_place_is_stopped()
    {
        var fleet = Running(nodes: 2, Specs.Replicated(2));

        fleet.Reach(fleet.Nodes[0], false);
        fleet.Run(2 * Second);
        Assert.Equal([1, 1, 2], fleet.RunningSlots.Order());
        fleet.Reach(fleet.Nodes[0], true);
        fleet.Run(Second);

        Assert.Equal([1, 2], fleet.Running.Select(task => task.Number()));
        Assert.Equal([1, 2], fleet.RunningSlots.Order());
        Assert.Equal(3, fleet.State.LastTask);
    }

    [Fact]
    public void A_node_that_returns_without_its_containers_leaves_the_others_in_their_places()
    {
        var fleet = Running(nodes: 2, Specs.Replicated(2));

        fleet.Reach(fleet.Nodes[0], false);
        fleet.Run(2 * Second);
        fleet.Nodes[0].Crash();
        fleet.Reach(fleet.Nodes[0], true);
        fleet.Run(TimeSpan.FromMinutes(1));

        Assert.Equal([2, 3], fleet.Running.Select(task => task.Number()));
        Assert.Equal(3, fleet.State.LastTask);
        Assert.Equal(0, fleet.State.Slots[1].Failures);
    }

    [Fact]
    public void A_node_that_was_removed_is_only_remembered_by_services_that_have_tasks_there()
    {
        var fleet = Running(nodes: 2, Specs.Replicated(2));
        var stranger = new NodeSeen(Specs.Web, new NodeId("n9"), false, NodeAvailability.Active) { IsRemoved = true };

        fleet.Tell(new ServiceInput.NodeSeen(stranger));
        Assert.Empty(fleet.State.Nodes);
        fleet.Nodes[0].Reachable = false;
        fleet.Tell(new ServiceInput.NodeSeen(stranger with { Node = fleet.Nodes[0].Id }));
        fleet.Run(2 * Second);

        Assert.Equal(3, fleet.State.LastTask);
        Assert.All(fleet.Running, task => Assert.Equal("n2", task.Node!.Value.Value));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_node_that_returns_after_a_power_cut_gives_way_to_what_runs_in_the_places_of_its_tasks(
        bool startedAgain)
    {
        var fleet = Running(nodes: 2, Specs.Replicated(2));
        fleet.Reach(fleet.Nodes[0], false);
        fleet.Run(2 * Second);

        fleet.Nodes[0].CutPower();
        if (startedAgain) fleet.Nodes[0].EndBackOff();
        var seen = new List<int>();
        fleet.Watch = (_, _) => seen.Add(fleet.Nodes[1].RunningSlots.Count());
        fleet.Reach(fleet.Nodes[0], true);
        fleet.Run(Second);

        Assert.Equal([2, 3], fleet.Running.Select(task => task.Number()));
        Assert.All(seen, running => Assert.Equal(2, running));
        Assert.Empty(fleet.Nodes[0].RunningSlots);
    }

    [Fact]
    public void What_a_node_reports_after_a_power_cut_before_it_is_in_reach_counts_as_started_anew()
    {
        var fleet = Running(nodes: 2, Specs.Replicated(2));
        fleet.Reach(fleet.Nodes[0], false);
        fleet.Run(2 * Second);

        fleet.Nodes[0].CutPower();
        fleet.Nodes[0].EndBackOff();
        fleet.Tell(new ServiceInput.Reported(fleet.Nodes[0].Report(Specs.Web, fleet.Now)));
        fleet.Reach(fleet.Nodes[0], true);
        fleet.Run(Second);

        Assert.Equal([2, 3], fleet.Running.Select(task => task.Number()));
        Assert.Empty(fleet.Nodes[0].RunningSlots);
    }

    [Fact]
    public void A_node_that_returns_after_a_power_cut_keeps_tasks_of_which_none_runs_elsewhere()
    {
        var fleet = Running(nodes: 2, Specs.Replicated(2));
        fleet.FateOf = (_, _) => Fate.NeverStarts;
        fleet.Reach(fleet.Nodes[0], false);
        fleet.Run(2 * Second);

        fleet.Nodes[0].CutPower();
        fleet.Reach(fleet.Nodes[0], true);
        fleet.Run(Second);
        fleet.Nodes[0].EndBackOff();
        fleet.Run(Second);

        Assert.Equal([1, 2], fleet.Running.Select(task => task.Number()));
        Assert.Equal([1, 2], fleet.RunningSlots.Order());
    }

    [Fact]
    public void What_was_started_anew_once_is_older_than_what_takes_its_place_at_a_later_loss()
    {
        var fleet = Running(nodes: 2, Specs.Replicated(2));
        fleet.PlacerIsFull = true;
        fleet.Reach(fleet.Nodes[0], false);
        fleet.Run(2 * Second);
        fleet.Nodes[0].CutPower();
        fleet.Nodes[0].EndBackOff();
        fleet.Reach(fleet.Nodes[0], true);
        fleet.Run(Second);
        fleet.PlacerIsFull = false;

        fleet.Reach(fleet.Nodes[0], false);
        fleet.Run(TimeSpan.FromMinutes(1));
        fleet.Reach(fleet.Nodes[0], true);
        fleet.Run(Second);

        Assert.Equal([1, 2], fleet.Running.Select(task => task.Number()));
    }

    [Fact]
    public void A_node_that_returns_before_there_was_room_elsewhere_keeps_its_tasks_and_nothing_is_restarted()
    {
        var fleet = Running(nodes: 2, Specs.Replicated(4));
        fleet.PlacerIsFull = true;

        foreach (var node in fleet.Nodes) fleet.Reach(node, false);
        fleet.Run(TimeSpan.FromMinutes(1));
        Assert.Empty(fleet.Running);
        foreach (var node in fleet.Nodes) fleet.Reach(node, true);
        fleet.Run(Second);

        Assert.Equal([1, 2, 3, 4], fleet.Running.Select(task => task.Number()));
        Assert.All(fleet.State.Tasks.Values, task => Assert.True(task.IsLive()));
    }

    [Fact]
    public void Until_a_returned_node_has_spoken_neither_task_is_stopped_and_it_is_asked_to_report_all()
    {
        var fleet = Running(nodes: 2, Specs.Replicated(1));
        fleet.Reach(fleet.Nodes[0], false);
        fleet.Run(2 * Second);

        fleet.Reach(fleet.Nodes[0], true);

        Assert.All(fleet.State.Tasks.Values, task => Assert.Equal(TaskState.Running, task.Desired));
        Assert.True(ServiceRules.OrdersFor(fleet.State, fleet.Nodes[0].Id, 1).ReportAll);
        fleet.Run(Second);
        Assert.False(ServiceRules.OrdersFor(fleet.State, fleet.Nodes[0].Id, 1).ReportAll);
    }

    [Fact]
    public void Two_nodes_lost_at_once_are_replaced_on_the_third()
    {
        var fleet = Running(nodes: 3, Specs.Replicated(6));

        fleet.Reach(fleet.Nodes[0], false);
        fleet.Reach(fleet.Nodes[1], false);
        fleet.Run(2 * Second);

        Assert.Equal(6, fleet.Running.Count);
        Assert.All(fleet.Running, task => Assert.Equal("n3", task.Node!.Value.Value));
    }

    [Fact]
    public void A_node_that_stays_away_for_a_day_is_forgotten_with_its_tasks()
    {
        var fleet = Running(nodes: 2, Specs.Replicated(2));

        fleet.Reach(fleet.Nodes[0], false);
        fleet.Run(TimeSpan.FromHours(25));

        Assert.DoesNotContain(fleet.State.Tasks.Values, task => task.Node == fleet.Nodes[0].Id);
        Assert.Empty(fleet.State.Nodes);
    }

    [Fact]
    public void What_a_lost_node_of_a_jobs_task_completed_counts_once_and_the_second_attempt_is_stopped()
    {
        var fleet = new Fleet(nodes: 2);
        fleet.Deploy(Specs.Job(1));
        fleet.Run(Second);
        var first = fleet.State.Tasks[1];

        fleet.Reach(fleet.Nodes[0], false);
        fleet.Run(2 * Second);
        fleet.Reach(fleet.Nodes[0], true);
        fleet.Tell(new ServiceInput.Reported(new ReportTasks(
            Specs.Web, fleet.Nodes[0].Id, 99, [new TaskReport(first.Id, TaskState.Complete, "", fleet.Now, null)])));
        fleet.Run(Second);

        Assert.Equal(new JobStatus(1, 0, true, 0), ServiceRules.Describe(fleet.State)!.Job);
        Assert.Empty(fleet.Nodes[1].RunningSlots);
    }

    [Fact]
    public void An_update_passes_over_a_lost_node_and_takes_up_what_it_brings_back()
    {
        var fleet = Running(nodes: 2, Specs.Replicated(2));
        fleet.Reach(fleet.Nodes[0], false);
        fleet.Run(2 * Second);
        fleet.Deploy(Specs.Replicated(2, "web:2"));
        fleet.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(UpdatePhase.Completed, fleet.State.Update.Phase);

        fleet.Reach(fleet.Nodes[0], true);
        fleet.Run(TimeSpan.FromMinutes(1));

        Assert.Equal([1, 2], fleet.RunningSlots.Order());
        Assert.All(fleet.Running, task => Assert.Equal(fleet.State.Version, task.SpecVersion));
    }

    private static Fleet Running(int nodes, ServiceSpec spec)
    {
        var fleet = new Fleet(nodes);
        fleet.Deploy(spec);
        fleet.Run(Second);
        return fleet;
    }
}

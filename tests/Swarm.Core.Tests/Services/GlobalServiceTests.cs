using Swarm.Core.Nodes;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

public sealed class GlobalServiceTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_global_service_has_one_task_on_each_node_and_shows_as_many_as_wanted()
    {
        var fleet = Running();

        Assert.All(fleet.Nodes, node => Assert.Single(node.RunningSlots));
        Assert.Equal((3, 3), ServiceRules.List(fleet.State) is { } list ? (list.Running, list.Desired) : default);
    }

    [Fact]
    public void A_node_that_comes_gets_a_task_and_one_that_goes_loses_it()
    {
        var fleet = Running();

        fleet.Nodes.Add(new FleetNode(new NodeId("n4"), (_, _) => Fate.Runs));
        fleet.Run(Minute);
        Assert.Single(fleet.Nodes[3].RunningSlots);

        fleet.Set(fleet.Nodes[0], NodeAvailability.Drain);
        fleet.Run(Minute);
        Assert.Empty(fleet.Nodes[0].RunningSlots);
        Assert.Equal(3, fleet.Running.Count);
        Assert.Equal(4, fleet.State.LastTask);

        fleet.Set(fleet.Nodes[0], NodeAvailability.Active);
        fleet.Run(Minute);
        Assert.Equal([1], fleet.Nodes[0].RunningSlots);
    }

    [Fact]
    public void A_task_that_belongs_to_a_node_is_asked_for_there_and_taken_nowhere_else()
    {
        var fleet = new Fleet();
        fleet.Deploy(Specs.Global());
        Assert.NotNull(ServiceRules.Needs(fleet.State, fleet.Now).Eligible);
        fleet.Tell(new ServiceInput.Eligible(new EligibleNodes(Specs.Web, [new NodeId("n1")])));
        var asked = ServiceRules.Needs(fleet.State, fleet.Now).Placement!;

        fleet.Tell(new ServiceInput.Placed(new PlacementsMade(
            Specs.Web, asked.Request, [asked.Bound[0] with { Node = new NodeId("n2") }], [], "")));

        Assert.Empty(asked.Tasks);
        Assert.Equal("n1", Assert.Single(asked.Bound).Node.Value);
        Assert.True(Assert.Single(fleet.State.Tasks.Values).IsPending());
    }

    [Fact]
    public void A_node_that_is_awaited_keeps_its_task_and_gets_none()
    {
        var fleet = Running();

        fleet.Tell(new ServiceInput.Eligible(new EligibleNodes(Specs.Web, [new NodeId("n2"), new NodeId("n3")])
        {
            Awaited = [new NodeId("n1"), new NodeId("n9")],
        }));

        Assert.Equal(3, fleet.State.Slots.Count);
        Assert.All(fleet.Nodes, node => Assert.Single(node.RunningSlots));
    }

    [Fact]
    public void What_another_pool_or_other_rules_would_have_is_no_answer_any_more()
    {
        var fleet = Running();
        var before = ServiceRules.Needs(fleet.State, fleet.Now).Eligible!;
        fleet.Deploy(Specs.Global() with { Pool = "b", Placement = With("node.labels.gpu exists") });
        fleet.Run(Minute);
        var journal = fleet.Journal.Count;

        Tell(fleet, before);
        Tell(fleet, before with { Pool = "b" });
        Tell(fleet, before with { Rules = With("node.labels.gpu exists") });
        Assert.Equal(journal, fleet.Journal.Count);

        Tell(fleet, before with { Pool = "b", Rules = With("node.labels.gpu exists") });
        Assert.Equal("elsewhere", Assert.Single(fleet.State.Slots).Value.Node!.Value.Value);
    }

    [Fact]
    public void An_answer_that_does_not_say_what_was_asked_is_believed()
    {
        var fleet = Running();

        Tell(fleet, question: null);

        Assert.Equal("elsewhere", Assert.Single(fleet.State.Slots).Value.Node!.Value.Value);
    }

    [Fact]
    public void A_lost_node_gets_no_second_task_and_keeps_its_own_when_it_returns()
    {
        var fleet = Running();

        fleet.Reach(fleet.Nodes[0], false);
        fleet.Run(Minute);
        Assert.Equal(2, fleet.Running.Count);
        fleet.Reach(fleet.Nodes[0], true);
        fleet.Run(Minute);

        Assert.Equal(3, fleet.Running.Count);
        Assert.Equal(3, fleet.State.LastTask);
    }

    [Fact]
    public void An_update_goes_over_all_nodes_one_after_the_other_and_passes_over_a_lost_one()
    {
        var fleet = Running();
        fleet.Reach(fleet.Nodes[2], false);
        fleet.Run(Minute);
        var fewest = 3;
        fleet.Watch = (_, _) => fewest = Math.Min(fewest, fleet.RunningSlots.Distinct().Count());

        fleet.Deploy(Specs.Global("web:2"));
        fleet.Run(Minute);
        Assert.Equal(UpdatePhase.Completed, fleet.State.Update.Phase);
        fleet.Reach(fleet.Nodes[2], true);
        fleet.Run(Minute);

        Assert.Equal((3, 2), (fleet.Running.Count, fewest));
        Assert.All(fleet.Running, task => Assert.Equal(fleet.State.Version, task.SpecVersion));
        Assert.All(fleet.Nodes, node => Assert.Single(node.RunningSlots));
    }

    [Fact]
    public void A_global_job_completes_once_on_each_node_also_on_one_that_goes_and_comes_back()
    {
        var fleet = new Fleet(nodes: 3, (_, _) => Fate.Completes);
        fleet.Deploy(Specs.GlobalJob(RestartCondition.Any));
        Assert.False(ServiceRules.Describe(fleet.State)!.Job!.Ended);
        fleet.Run(Minute);
        Assert.Equal(new JobStatus(3, 0, true, 0), ServiceRules.Describe(fleet.State)!.Job);

        fleet.Set(fleet.Nodes[0], NodeAvailability.Drain);
        fleet.Run(Minute);
        fleet.Set(fleet.Nodes[0], NodeAvailability.Active);
        fleet.Run(Minute);

        Assert.Equal(3, fleet.State.LastTask);
        Assert.True(ServiceRules.Describe(fleet.State)!.Job!.Ended);
    }

    [Fact]
    public void A_global_service_is_neither_scaled_nor_moved_nor_made_another_kind()
    {
        var fleet = Running();

        Assert.Equal("service web is global: it has a task on every node that its rules allow", fleet.Scale(2).Refusal);
        Assert.Equal("service web is global: its tasks belong to their nodes", fleet.Move(fleet.Running[0]).Refusal);
        Assert.Equal("service web is a global service and cannot become a replicated service: remove it first",
            fleet.Deploy(Specs.Replicated(2)).Refusal);
    }

    [Fact]
    public void A_removed_global_service_asks_for_no_nodes_any_more_and_goes()
    {
        var fleet = Running();

        fleet.Remove();
        Assert.Null(ServiceRules.Needs(fleet.State, fleet.Now).Eligible);
        fleet.Run(Minute);

        Assert.True(ServiceRules.IsGone(fleet.State));
    }

    private static PlacementRules With(string constraint) => new() { Constraints = [constraint] };

    private static void Tell(Fleet fleet, GetEligibleNodes? question) => fleet.Tell(new ServiceInput.Eligible(
        new EligibleNodes(Specs.Web, [new NodeId("elsewhere")]) { Question = question }));

    private static Fleet Running()
    {
        var fleet = new Fleet(nodes: 3);
        fleet.Deploy(Specs.Global());
        fleet.Run(Minute);
        return fleet;
    }
}

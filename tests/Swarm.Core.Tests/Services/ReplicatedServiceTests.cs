using Swarm.Core.Images;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

public sealed class ReplicatedServiceTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly Digest Pinned = Digest.Of([1]);

    [Fact]
    public void A_deployed_service_runs_one_task_in_each_slot()
    {
        var fleet = new Fleet(nodes: 2);

        var decision = fleet.Deploy(Specs.Replicated(3));
        fleet.Run(Second);

        Assert.True(decision.Changed);
        Assert.Equal([1, 2, 3], fleet.Running.Select(task => task.Slot));
        Assert.Equal(3, ServiceRules.List(fleet.State)!.Running);
    }

    [Fact]
    public void The_same_specification_deployed_again_changes_nothing()
    {
        var fleet = Running(2);

        var again = fleet.Deploy(Specs.Replicated(2));

        Assert.False(again.Changed);
        Assert.Equal(1, fleet.State.Version);
        Assert.DoesNotContain(again.Events, happened => happened is ServiceEvent.TasksCreated);
    }

    [Fact]
    public void A_request_repeated_late_does_not_undo_what_came_after_it()
    {
        var fleet = new Fleet();
        var first = new ServiceInput.Deploy(
            new DeployService(new RequestId("first"), Specs.Replicated(1, "web:1")), new ServiceId("s"));
        fleet.Tell(first);
        fleet.Deploy(Specs.Replicated(1, "web:2"));

        var repeated = fleet.Tell(first);

        Assert.True(repeated.Changed);
        Assert.Empty(repeated.Events);
        Assert.Equal("web:2", fleet.State.Spec.Container.Image);
    }

    [Fact]
    public void Scaling_down_keeps_what_runs_and_closes_the_newest_slots()
    {
        var fleet = new Fleet(fateOf: (_, order) => order.Slot == 2 ? Fate.NeverStarts : Fate.Runs);
        fleet.Deploy(Specs.Replicated(4));
        fleet.Run(Second);

        fleet.Scale(2);
        fleet.Run(Second);

        Assert.Equal([1, 3], fleet.Running.Select(task => task.Slot));
        Assert.Equal(2, fleet.State.Tasks.Count);
    }

    [Fact]
    public void Scaling_replaces_no_task_and_they_count_as_of_the_new_version()
    {
        var fleet = Running(2);
        var before = fleet.Running.Select(task => task.Id).ToList();

        fleet.Scale(3);
        fleet.Run(Second);

        Assert.Equal(before, fleet.Running.Select(task => task.Id).Take(2));
        Assert.All(fleet.Running, task => Assert.Equal(2, task.SpecVersion));
    }

    [Fact]
    public void A_task_without_a_place_says_why_and_is_asked_for_again_later_and_later()
    {
        var fleet = new Fleet { PlacerIsFull = true };
        fleet.Deploy(Specs.Replicated(1));
        fleet.Round();

        var first = ServiceRules.Needs(fleet.State, fleet.Now);
        Assert.Equal("no room", fleet.State.Tasks[1].Reason);
        Assert.Null(first.Placement);
        Assert.Equal(fleet.Now + Second, first.WakeAt);

        fleet.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(TimeSpan.FromSeconds(10), fleet.State.Placement.RetryAt - Asked(fleet));

        fleet.PlacerIsFull = false;
        fleet.Run(TimeSpan.FromSeconds(10));
        Assert.Single(fleet.Running);
    }

    [Fact]
    public void An_incarnation_that_comes_up_takes_a_number_of_the_journal_and_changes_nothing()
    {
        var fleet = Running(1);
        var before = fleet.State;

        var decided = fleet.Tell(new ServiceInput.CameUp());

        Assert.IsType<ServiceEvent.IncarnationBegun>(Assert.Single(decided.Events));
        Assert.Same(before, fleet.State);
        Assert.Empty(new Fleet().Tell(new ServiceInput.CameUp()).Events);
        Assert.IsType<ServiceEvent.IncarnationBegun>(
            Assert.Single(new Fleet().Tell(new ServiceInput.Outrun()).Events));
    }

    [Fact]
    public void A_request_for_places_keeps_its_number_until_it_is_answered()
    {
        var fleet = new Fleet();
        fleet.Deploy(Specs.Replicated(2));
        var asked = ServiceRules.Needs(fleet.State, fleet.Now).Placement!;

        fleet.Tell(new ServiceInput.Woke());
        Assert.Equal(asked.Request, ServiceRules.Needs(fleet.State, fleet.Now).Placement!.Request);

        fleet.Scale(3);
        var more = ServiceRules.Needs(fleet.State, fleet.Now).Placement!;
        Assert.True(more.Request > asked.Request);
        Assert.Equal(3, more.Tasks.Length);
    }

    [Fact]
    public void An_image_that_is_resolved_later_is_pinned_and_replaces_nothing()
    {
        var fleet = Running(1);

        fleet.Tell(new ServiceInput.Resolved(new ImageResolved(Specs.Web, "docker.io/library/web:1", Pinned)));
        var again = fleet.Deploy(Specs.Replicated(1));
        fleet.Run(Second);

        Assert.Equal(Pinned, fleet.State.Spec.Container.PinnedImage);
        Assert.False(again.Changed);
        Assert.Equal(1, fleet.State.LastTask);
    }

    [Fact]
    public void The_same_name_that_means_another_image_now_is_a_change_and_is_rolled_out()
    {
        var fleet = Running(1);
        fleet.Tell(new ServiceInput.Resolved(new ImageResolved(Specs.Web, "web:1", Pinned)));
        var spec = Specs.Replicated(1);

        var moved = fleet.Deploy(spec with { Container = spec.Container with { PinnedImage = Digest.Of([2]) } });
        fleet.Run(TimeSpan.FromMinutes(1));

        Assert.True(moved.Changed);
        Assert.Equal(2, Assert.Single(fleet.Running).Number());
    }

    [Fact]
    public void A_service_at_rest_tells_where_it_runs_that_its_image_may_be_fetched_ahead()
    {
        var fleet = new Fleet(nodes: 2);
        fleet.Deploy(PinnedTo(Pinned));
        Assert.Null(ServiceRules.Standbys(fleet.State, fleet.Now));
        fleet.Run(Second);

        var next = ServiceRules.Standbys(fleet.State, fleet.Now)!.Next;
        Assert.Equal((Pinned, 2), (next.Image, next.RunningPerNode.Values.Sum()));
        Assert.Empty(next.Tasks);

        fleet.Deploy(PinnedTo(Digest.Of([2])));
        Assert.Null(ServiceRules.Standbys(fleet.State, fleet.Now));
        fleet.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(Digest.Of([2]), ServiceRules.Standbys(fleet.State, fleet.Now)!.Next.Image);
        fleet.Scale(0);
        fleet.Run(Second);
        Assert.Null(ServiceRules.Standbys(fleet.State, fleet.Now));
    }

    [Fact]
    public void What_is_no_replicated_service_or_has_no_image_yet_has_no_standbys()
    {
        var job = Specs.Job(1);
        foreach (var spec in (ServiceSpec[])[
            Specs.Replicated(1), job with { Container = job.Container with { PinnedImage = Pinned } },
            PinnedTo(Pinned) with { Mode = new ServiceMode.Global() }])
        {
            var fleet = new Fleet();
            fleet.Deploy(spec);
            fleet.Run(Second);

            Assert.NotEmpty(fleet.State.Tasks);
            Assert.Null(ServiceRules.Standbys(fleet.State, fleet.Now));
        }
    }

    [Fact]
    public void A_removed_service_is_gone_when_its_nodes_have_forgotten_its_tasks_and_its_name_is_free()
    {
        var fleet = Running(2);
        var id = fleet.State.Id;

        fleet.Remove();
        Assert.Contains("is being removed", fleet.Deploy(Specs.Replicated(1)).Refusal, StringComparison.Ordinal);
        Assert.False(ServiceRules.IsGone(fleet.State));
        fleet.Run(Second);

        Assert.True(ServiceRules.IsGone(fleet.State));
        Assert.Empty(ServiceRules.NodesOf(fleet.State));
        Assert.True(fleet.Remove().NotFound);
        Assert.True(fleet.Deploy(Specs.Replicated(1)).Changed);
        Assert.NotEqual(id, fleet.State.Id);
    }

    [Fact]
    public void Tasks_that_a_service_does_not_have_are_answered_as_unknown()
    {
        var fleet = Running(1);
        var (known, unknown) = (fleet.Running[0].Id, new TaskId("other.7"));
        TaskReport Seen(TaskId task) => new(task, TaskState.Running, "", fleet.Now, null);
        var report = new ReportTasks(Specs.Web, new NodeId("n1"), 99, [Seen(known), Seen(unknown)]);

        Assert.Equal([unknown], ServiceRules.UnknownTasks(fleet.State, report).ToArray());
        Assert.Equal([known, unknown],
            ServiceRules.UnknownTasks(fleet.State, report with { Node = new NodeId("n2") }).ToArray());
    }

    [Fact]
    public void Orders_carry_every_task_of_the_node_and_only_the_templates_they_need()
    {
        var fleet = Running(2);
        fleet.Scale(1);

        var orders = ServiceRules.OrdersFor(fleet.State, new NodeId("n1"), 42);

        Assert.Equal(42, orders.Sequence);
        Assert.Equal([TaskState.Running, TaskState.Remove], orders.Tasks.Select(order => order.Desired));
        Assert.Equal([2L], orders.Templates.Select(template => template.SpecVersion));
    }

    private static DateTimeOffset Asked(Fleet fleet) => fleet.Journal.OfType<ServiceEvent.PlacementsKept>().Last().At;

    private static ServiceSpec PinnedTo(Digest image)
    {
        var spec = Specs.Replicated(2, $"web:{image.Hex[..1]}");
        return spec with { Container = spec.Container with { PinnedImage = image } };
    }

    private static Fleet Running(int replicas)
    {
        var fleet = new Fleet();
        fleet.Deploy(Specs.Replicated(replicas));
        fleet.Run(Second);
        Assert.Equal(replicas, fleet.Running.Count);
        return fleet;
    }
}

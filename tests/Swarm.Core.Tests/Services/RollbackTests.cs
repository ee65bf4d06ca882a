using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

public sealed class RollbackTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_rollback_brings_back_the_specification_before_the_one_in_force()
    {
        var fleet = Updated(Specs.Replicated(3, "web:2"));

        var decision = fleet.RollBack();
        fleet.Run(Minute);

        Assert.True(decision.Changed);
        Assert.Equal((3, "web:1"), (fleet.State.Version, fleet.State.Spec.Container.Image));
        Assert.Equal((UpdatePhase.RolledBack, "it was asked for"),
            (fleet.State.Update.Phase, fleet.State.Update.Reason));
        Assert.All(fleet.Running, task => Assert.Equal(3, task.SpecVersion));
        Assert.Equal(3, fleet.Running.Count);
    }

    [Fact]
    public void A_rollback_repeated_by_its_request_changes_nothing_and_a_second_one_is_refused()
    {
        var fleet = Updated(Specs.Replicated(3, "web:2"));
        var command = new RollbackService(new RequestId("back"), Specs.Web);

        Assert.True(fleet.Tell(new ServiceInput.RollBack(command)).Changed);
        var again = fleet.Tell(new ServiceInput.RollBack(command));

        Assert.True(again.Changed);
        Assert.Empty(again.Events);
        Assert.Equal("service web has no specification before this one to go back to", fleet.RollBack().Refusal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Who_asks_for_what_was_rolled_back_to_has_it_as_what_is_wanted(int parallelism)
    {
        var fleet = Updated(Specs.Replicated(3, "web:2"));
        fleet.RollBack();
        fleet.Run(Minute);
        var running = fleet.Running.Select(task => task.Id).ToList();

        fleet.Deploy(fleet.State.Spec with { Update = fleet.State.Spec.Update with { Parallelism = parallelism } });
        fleet.Run(Minute);

        Assert.Equal((UpdatePhase.None, ""), (fleet.State.Update.Phase, fleet.State.Update.Reason));
        Assert.Equal(running, fleet.Running.Select(task => task.Id));
    }

    [Fact]
    public void What_was_never_updated_is_no_service_or_is_a_job_is_not_rolled_back()
    {
        var fleet = new Fleet();
        Assert.True(fleet.RollBack().NotFound);
        fleet.Deploy(Specs.Replicated(1));
        Assert.Equal("service web has no specification before this one to go back to", fleet.RollBack().Refusal);
        var job = new Fleet();
        job.Deploy(Specs.Job(1));
        Assert.Equal("service web is a job: it is not rolled back", job.RollBack().Refusal);
    }

    [Fact]
    public void A_rollback_goes_by_its_own_policy_where_there_is_one()
    {
        var all = new UpdatePolicy { Parallelism = 0, Order = UpdateOrder.StartFirst };
        var fleet = Updated(Specs.Replicated(3, "web:2"), Specs.Replicated(3) with { Rollback = all });
        var least = 3;
        fleet.Watch = (_, _) => least = Math.Min(least, fleet.Running.Count);

        fleet.RollBack();
        fleet.Run(Minute);

        Assert.Equal([1, 2, 3], fleet.Journal.OfType<ServiceEvent.TasksCreated>().Last().Slots.ToArray());
        Assert.Equal(3, least);
    }

    [Fact]
    public void An_update_under_way_can_be_rolled_back()
    {
        var fleet = Updated(Specs.Replicated(3, "web:2"), run: TimeSpan.Zero);
        Assert.Equal(UpdatePhase.Updating, fleet.State.Update.Phase);

        fleet.RollBack();
        fleet.Run(Minute);

        Assert.Equal(UpdatePhase.RolledBack, fleet.State.Update.Phase);
        Assert.Equal(3, fleet.Running.Count);
        Assert.All(fleet.Running, task => Assert.Equal("web:1", fleet.State.Specs[task.SpecVersion].Container.Image));
    }

    private static Fleet Updated(ServiceSpec to, ServiceSpec? from = null, TimeSpan? run = null)
    {
        var fleet = new Fleet(nodes: 2);
        fleet.Deploy(from ?? Specs.Replicated(3));
        fleet.Run(Minute);
        fleet.Deploy(to);
        fleet.Run(run ?? Minute);
        return fleet;
    }
}

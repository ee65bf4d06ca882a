using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

public sealed class RolloutTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void An_update_whose_task_finds_no_place_waits_for_one_and_says_so()
    {
        var fleet = new Fleet(nodes: 2);
        fleet.Deploy(Specs.Replicated(4));
        fleet.Run(TimeSpan.FromSeconds(1));
        fleet.PlacerIsFull = true;

        fleet.Deploy(Specs.Replicated(4, "web:2"));
        fleet.Run(TimeSpan.FromMinutes(5));
        Assert.Equal(
            new UpdateStatus(UpdatePhase.Updating, "it waits: no node can take slot 1: no room"),
            ServiceRules.Describe(fleet.State)!.Update);
        Assert.Equal(3, fleet.Running.Count);

        fleet.PlacerIsFull = false;
        fleet.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(new UpdateStatus(UpdatePhase.Completed), ServiceRules.Describe(fleet.State)!.Update);
    }

    [Fact]
    public void One_slot_after_the_other_is_replaced_and_the_update_completes()
    {
        var fleet = Updated(Specs.Replicated(3, "web:2"), out var fewest);

        fleet.Run(Minute);

        Assert.Equal(UpdatePhase.Completed, fleet.State.Update.Phase);
        Assert.Equal([4, 5, 6], fleet.Running.Select(task => task.Number()));
        Assert.Equal(2, fewest());
    }

    [Fact]
    public void With_start_first_no_slot_is_ever_without_a_running_task()
    {
        var fleet = Updated(Specs.Replicated(3, "web:2").With(update => update with { Order = UpdateOrder.StartFirst }),
            out var fewest);

        fleet.Run(Minute);

        Assert.Equal(UpdatePhase.Completed, fleet.State.Update.Phase);
        Assert.Equal(3, fewest());
    }

    [Fact]
    public void Of_a_service_that_runs_at_most_once_an_update_of_all_at_once_leaves_as_many_running_as_it_wants()
    {
        var fleet = Updated(
            Specs.Replicated(3, "web:2").With(update => update with { Parallelism = 0 }) with
            {
                MinRunning = 2,
                AtMostOnce = true,
            }, out var fewest);

        fleet.Run(Minute);

        Assert.Equal(UpdatePhase.Completed, fleet.State.Update.Phase);
        Assert.Equal(2, fewest());
    }

    [Fact]
    public void While_one_does_not_come_to_run_no_other_that_runs_at_most_once_stops_and_the_update_says_so()
    {
        var spec = Specs.Replicated(3, "web:2").With(update => update with { Parallelism = 2 }) with
        {
            MinRunning = 2,
            AtMostOnce = true,
        };
        var fleet = Updated(spec, out _);
        fleet.FateOf = (_, order) => order is { Slot: 1, SpecVersion: 2 } ? Fate.NeverStarts : Fate.Runs;

        fleet.Run(Minute);

        Assert.Equal([2, 3], fleet.Running.Where(task => task.SpecVersion == 1).Select(task => task.Slot));
        Assert.Equal(
            new UpdateStatus(
                UpdatePhase.Updating, "it waits: at least 2 are to run, and no more do that could be stopped"),
            ServiceRules.Describe(fleet.State)!.Update);

        fleet.Deploy(spec with { Container = spec.Container with { Image = "web:3" } });
        fleet.Run(Minute);
        Assert.Equal(UpdatePhase.Completed, fleet.State.Update.Phase);
    }

    [Fact]
    public void The_delay_lies_between_one_slot_and_the_next()
    {
        var fleet = Updated(
            Specs.Replicated(3, "web:2").With(update => update with { Delay = TimeSpan.FromSeconds(7) }), out _);

        fleet.Run(Minute);

        var begun = fleet.Journal.OfType<ServiceEvent.TasksCreated>().Skip(1).Select(task => task.At).ToList();
        Assert.Equal(
            [TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(7)], begun.Skip(1).Zip(begun, (next, last) => next - last));
    }

    [Fact]
    public void An_update_of_all_at_once_replaces_all_at_once()
    {
        var fleet = Updated(Specs.Replicated(3, "web:2").With(update => update with { Parallelism = 0 }), out _);

        Assert.Equal([1, 2, 3], fleet.Journal.OfType<ServiceEvent.TasksCreated>().Last().Slots.ToArray());
    }

    [Fact]
    public void Labels_and_update_policy_replace_nothing()
    {
        var spec = Specs.Replicated(3).With(update => update with { Parallelism = 2 });
        var fleet = Updated(spec with { Labels = spec.Labels.Add("a", "b") }, out _);

        fleet.Run(Minute);

        Assert.Equal(2, fleet.State.Version);
        Assert.Equal(3, fleet.State.LastTask);
        Assert.Equal(UpdatePhase.None, fleet.State.Update.Phase);
    }

    [Theory]
    [InlineData(Fate.IsRejected)]
    [InlineData(Fate.Fails)]
    public void A_failing_update_pauses_with_the_reason_and_the_rest_runs_on(Fate fate)
    {
        var fleet = Failing(UpdateFailureAction.Pause, fate);

        fleet.Run(Minute);

        Assert.Equal(UpdatePhase.Paused, fleet.State.Update.Phase);
        Assert.Equal("1 of 3 slots failed after the update; slot 1: as the test wanted it", fleet.State.Update.Reason);
        Assert.Contains(fleet.Running, task => task.SpecVersion == 1);
    }

    [Fact]
    public void A_task_that_cannot_even_be_prepared_takes_nothing_down()
    {
        var fleet = Failing(UpdateFailureAction.Pause, Fate.IsRejected);

        fleet.Run(Minute);

        Assert.Equal([1, 2, 3], fleet.Running.Select(task => task.Number()));
    }

    [Fact]
    public void A_failing_update_goes_back_when_asked_to()
    {
        var fleet = Failing(UpdateFailureAction.Rollback, Fate.Fails);

        fleet.Run(Minute);

        Assert.Equal(UpdatePhase.RolledBack, fleet.State.Update.Phase);
        Assert.Equal("web:1", fleet.State.Spec.Container.Image);
        Assert.Equal(3, fleet.State.Version);
        Assert.Equal(3, fleet.Running.Count);
        Assert.Equal(2, fleet.Running.Count(task => task.Number() <= 3));
    }

    [Fact]
    public void A_failing_update_goes_on_when_asked_to_or_when_so_many_may_fail()
    {
        var one = Failing(UpdateFailureAction.Continue, Fate.Fails);
        var other = Failing(UpdateFailureAction.Pause, Fate.Fails, ratio: 1);

        one.Run(Minute);
        other.Run(Minute);

        Assert.All(new[] { one, other },
            fleet => Assert.DoesNotContain(fleet.State.Tasks.Values, task => task.IsLive() && task.SpecVersion == 1));
    }

    [Fact]
    public void A_paused_update_goes_on_when_it_is_deployed_again()
    {
        var fleet = Failing(UpdateFailureAction.Pause, Fate.Fails);
        fleet.Run(Minute);
        fleet.FateOf = (_, _) => Fate.Runs;

        var again = fleet.Deploy(fleet.State.Spec);
        fleet.Run(Minute);
        fleet.Run(Minute);

        Assert.True(again.Changed);
        Assert.Equal(UpdatePhase.Completed, fleet.State.Update.Phase);
        Assert.Equal(2, fleet.State.Version);
    }

    [Fact]
    public void A_new_task_that_waits_for_health_holds_the_update()
    {
        var fleet = Failing(UpdateFailureAction.Pause, Fate.NeverStarts);

        fleet.Run(Minute);

        Assert.Equal(UpdatePhase.Updating, fleet.State.Update.Phase);
        Assert.Equal([2, 3], fleet.Running.Select(task => task.Slot));
    }

    [Fact]
    public void Where_there_is_no_room_beside_it_the_old_task_makes_room()
    {
        var fleet = Updated(Specs.Replicated(1, "web:2"), out _, replicas: 1, full: true);
        fleet.Round();
        fleet.Round();

        Assert.Equal(TaskState.Shutdown, fleet.State.Tasks[1].Desired);
    }

    private static Fleet Failing(UpdateFailureAction action, Fate fate, double ratio = 0)
    {
        var spec = Specs.Replicated(
            3, "web:2").With(update => update with { FailureAction = action, MaxFailureRatio = ratio });
        var fleet = Updated(spec, out _);
        fleet.FateOf = (template, _) => template.Container.Image == "web:2" ? fate : Fate.Runs;
        return fleet;
    }

    private static Fleet Updated(ServiceSpec to, out Func<int> fewest, int replicas = 3, bool full = false)
    {
        var fleet = new Fleet();
        fleet.Deploy(Specs.Replicated(replicas));
        fleet.Run(TimeSpan.FromSeconds(1));
        var least = fleet.Running.Count;
        fleet.Watch = (_, _) => least = Math.Min(least, fleet.Running.Count);
        fewest = () => least;
        fleet.PlacerIsFull = full;
        fleet.Deploy(to);
        return fleet;
    }
}

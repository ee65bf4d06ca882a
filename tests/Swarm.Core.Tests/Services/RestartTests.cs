using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

public sealed class RestartTests
{
    [Fact]
    public void A_task_that_keeps_failing_is_replaced_with_a_wait_that_doubles()
    {
        var fleet = new Fleet(fateOf: (_, _) => Fate.Fails);
        fleet.Deploy(Specs.Replicated(1));

        fleet.Run(TimeSpan.FromSeconds(2));

        var created = fleet.Journal
            .OfType<ServiceEvent.TasksCreated>()
            .Select(task => (task.At - Specs.Noon).TotalMilliseconds);
        Assert.Equal([0, 100, 300, 700, 1500], created);
    }

    [Fact]
    public void The_wait_is_never_longer_than_a_minute_and_history_keeps_five()
    {
        var fleet = new Fleet(fateOf: (_, _) => Fate.Fails);
        fleet.Deploy(Specs.Replicated(1));

        fleet.Run(TimeSpan.FromMinutes(30));

        var times = fleet.Journal.OfType<ServiceEvent.TasksCreated>().Select(task => task.At).ToList();
        Assert.Equal(TimeSpan.FromMinutes(1), times[^1] - times[^2]);
        Assert.Equal(5, fleet.State.Tasks.Values.Count(task => task.HasEnded()));
    }

    [Theory]
    [InlineData(9, 200)]
    [InlineData(10, 100)]
    public void The_wait_begins_anew_once_a_task_has_run_for_ten_seconds(int seconds, int wait)
    {
        var slot = new Slot { Failures = 1 };
        var ended = Ended(TaskState.Failed) with
        {
            Container = new ContainerObservation
            {
                Id = new ContainerId("c"),
                StartedAt = Specs.Noon,
                FinishedAt = Specs.Noon + TimeSpan.FromSeconds(seconds),
            },
        };

        var next = RestartRules.AfterEnd(slot, Specs.Replicated(1), Ended(TaskState.Running), ended, Specs.Noon);

        Assert.Equal(TimeSpan.FromMilliseconds(wait), next.RetryAt - Specs.Noon);
    }

    [Theory]
    [InlineData(RestartCondition.Any, TaskState.Complete, SlotEnd.None)]
    [InlineData(RestartCondition.Any, TaskState.Shutdown, SlotEnd.None)]
    [InlineData(RestartCondition.OnFailure, TaskState.Complete, SlotEnd.Completed)]
    [InlineData(RestartCondition.OnFailure, TaskState.Failed, SlotEnd.None)]
    [InlineData(RestartCondition.None, TaskState.Failed, SlotEnd.GivenUp)]
    [InlineData(RestartCondition.None, TaskState.Complete, SlotEnd.Completed)]
    [InlineData(RestartCondition.None, TaskState.Rejected, SlotEnd.None)]
    [InlineData(RestartCondition.None, TaskState.Orphaned, SlotEnd.None)]
    public void The_policy_says_what_is_started_again(RestartCondition condition, TaskState state, SlotEnd end)
    {
        var spec = Specs.Replicated(1).WithRestart(restart => restart with { Condition = condition });

        Assert.Equal(
            end, RestartRules.AfterEnd(Slot.Fresh, spec, Ended(TaskState.Running), Ended(state), Specs.Noon).End);
    }

    [Fact]
    public void Attempts_are_limited_and_those_of_the_node_count()
    {
        var spec = Specs.Replicated(1).WithRestart(restart => restart with { MaxAttempts = 3 });
        var ended = Ended(TaskState.Failed) with
        {
            Container = new ContainerObservation { Id = new ContainerId("c"), Restarts = 1, ExitCode = 7 }
        };

        var once = RestartRules.AfterEnd(Slot.Fresh, spec, Ended(TaskState.Running), ended, Specs.Noon);
        var twice = RestartRules.AfterEnd(once, spec, Ended(TaskState.Running), ended, Specs.Noon);

        Assert.Equal(SlotEnd.None, once.End);
        Assert.Equal((SlotEnd.GivenUp, 7), (twice.End, twice.ExitCode));
    }

    [Fact]
    public void A_service_tells_how_many_of_its_slots_were_given_up()
    {
        var fleet = new Fleet(fateOf: (_, _) => Fate.Fails);
        fleet.Deploy(Specs.Replicated(2).WithRestart(restart => restart with { MaxAttempts = 2 }));
        fleet.Run(TimeSpan.FromMinutes(5));

        Assert.Equal(2, ServiceRules.Describe(fleet.State)!.GivenUp);
    }

    [Fact]
    public void Attempts_before_the_window_do_not_count()
    {
        var spec = Specs.Replicated(1)
            .WithRestart(restart => restart with { MaxAttempts = 1, Window = TimeSpan.FromMinutes(1) });
        var failed = Ended(TaskState.Failed);

        var once = RestartRules.AfterEnd(Slot.Fresh, spec, failed, failed, Specs.Noon);

        Assert.Equal(SlotEnd.GivenUp,
            RestartRules.AfterEnd(once, spec, failed, failed, Specs.Noon + TimeSpan.FromSeconds(59)).End);
        Assert.Equal(
            SlotEnd.None, RestartRules.AfterEnd(once, spec, failed, failed, Specs.Noon + TimeSpan.FromSeconds(60)).End);
    }

    [Fact]
    public void Nodes_on_which_the_service_failed_lately_are_told_to_the_placer()
    {
        var fleet = new Fleet(fateOf: (_, _) => Fate.Fails);
        fleet.Deploy(Specs.Replicated(1));
        fleet.Run(TimeSpan.FromMilliseconds(150));
        fleet.Scale(2);

        Assert.Equal(2, ServiceRules.Needs(fleet.State, fleet.Now).Placement!.AvoidNodes["n1"]);
    }

    [Fact]
    public void A_node_out_of_reach_for_a_moment_is_waited_for()
    {
        var fleet = TwoNodes();

        fleet.Reach(fleet.Nodes[0], false);
        fleet.Run(TimeSpan.FromMilliseconds(999));
        fleet.Reach(fleet.Nodes[0], true);
        fleet.Run(TimeSpan.FromMinutes(1));

        Assert.Equal(2, fleet.State.LastTask);
    }

    [Fact]
    public void A_node_that_no_longer_has_a_task_it_should_run_has_failed_it()
    {
        var fleet = TwoNodes();
        var gone = new TaskReport(fleet.State.Tasks[1].Id, TaskState.Remove, "", fleet.Now, null);

        fleet.Tell(new ServiceInput.Reported(new ReportTasks(Specs.Web, fleet.Nodes[0].Id, 99, [gone])));

        Assert.Equal(
            (TaskState.Failed, "node n1 no longer has it"), (fleet.State.Tasks[1].State, fleet.State.Tasks[1].Reason));
    }

    private static Fleet TwoNodes()
    {
        var fleet = new Fleet(nodes: 2);
        fleet.Deploy(Specs.Replicated(2));
        fleet.Run(TimeSpan.FromSeconds(1));
        return fleet;
    }

    private static ServiceTask Ended(TaskState state) =>
        new(new TaskId("s.1"), 1, 1, TaskState.Running, state) { ChangedAt = Specs.Noon };
}

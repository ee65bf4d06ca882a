using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

public sealed class JobTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_job_ends_when_each_of_its_tasks_has_completed_and_none_runs_again()
    {
        var fleet = new Fleet(fateOf: (_, _) => Fate.Completes);
        fleet.Deploy(Specs.Job(5, restart: RestartCondition.Any));

        fleet.Run(Minute);

        Assert.Equal(new JobStatus(5, 0, true, 0), ServiceRules.Describe(fleet.State)!.Job);
        Assert.Equal(5, fleet.State.LastTask);
        Assert.Null(ServiceRules.Needs(fleet.State, fleet.Now).WakeAt);
    }

    [Fact]
    public void No_more_run_at_once_than_allowed()
    {
        var fleet = new Fleet(fateOf: (_, _) => Fate.Completes);
        var most = 0;
        fleet.Watch = (_, after) => most = Math.Max(most, after.Tasks.Values.Count(task => task.IsLive()));
        fleet.Deploy(Specs.Job(7, concurrent: 2));

        fleet.Run(Minute);

        Assert.Equal(2, most);
        Assert.Equal(7, ServiceRules.List(fleet.State)!.Completed);
    }

    [Fact]
    public void A_job_whose_task_keeps_failing_ends_after_its_attempts_and_says_so()
    {
        var fleet = new Fleet(fateOf: (_, order) => order.Slot == 2 ? Fate.Fails : Fate.Completes);
        fleet.Deploy(Specs.Job(3));

        fleet.Run(Minute);

        Assert.Equal((2, 1, true), ServiceRules.Describe(fleet.State)!.Job is { } job
            ? (job.Completed, job.GivenUp, job.Ended)
            : default);
        Assert.Equal(4, fleet.State.Tasks.Values.Count(task => task.Slot == 2));
    }

    [Fact]
    public void A_job_is_told_to_the_node_as_one_that_is_not_restarted_when_it_is_done()
    {
        var fleet = new Fleet();
        fleet.Deploy(Specs.Job(1, restart: RestartCondition.Any));
        fleet.Run(TimeSpan.FromSeconds(1));

        var template = Assert.Single(ServiceRules.OrdersFor(fleet.State, new NodeId("n1"), 1).Templates);

        Assert.True(template.IsJob);
        Assert.Equal(RestartCondition.OnFailure, template.Restart.Condition);
    }

    [Fact]
    public void A_job_deployed_with_another_container_runs_anew()
    {
        var fleet = new Fleet(fateOf: (_, _) => Fate.Completes);
        var job = Specs.Job(2);
        fleet.Deploy(job);
        fleet.Run(Minute);

        fleet.Deploy(job with { Container = job.Container with { Image = "job:2" } });
        Assert.False(ServiceRules.Describe(fleet.State)!.Job!.Ended);
        fleet.Run(Minute);

        Assert.True(ServiceRules.Describe(fleet.State)!.Job!.Ended);
        Assert.Equal(4, fleet.State.LastTask);
    }

    [Fact]
    public void An_ended_job_is_removed_after_the_time_it_is_kept()
    {
        var fleet = new Fleet(fateOf: (_, _) => Fate.Completes);
        fleet.Deploy(Specs.Job(2) with { Job = new JobPolicy { KeepFor = 2 * Minute } });
        fleet.Run(Minute);
        Assert.Equal(new JobStatus(2, 0, true, 0), ServiceRules.Describe(fleet.State)!.Job);

        fleet.Run(2 * Minute);

        Assert.True(ServiceRules.IsGone(fleet.State));
    }

    [Fact]
    public void An_ended_job_is_removed_though_a_host_that_had_a_task_of_it_does_not_come_back()
    {
        var fleet = new Fleet(nodes: 2, (_, order) => order.Slot == 1 ? Fate.Runs : Fate.Completes);
        fleet.Deploy(Specs.Job(2) with { Job = new JobPolicy { KeepFor = 2 * Minute } });
        fleet.Run(TimeSpan.FromSeconds(1));
        fleet.FateOf = (_, _) => Fate.Completes;
        fleet.Reach(fleet.Nodes.Single(node => node.RunningSlots.Any()), false);
        fleet.Run(Minute);
        Assert.Equal(new JobStatus(2, 0, true, 0), ServiceRules.Describe(fleet.State)!.Job);

        fleet.Run(2 * Minute);

        Assert.True(ServiceRules.IsGone(fleet.State));
    }

    [Fact]
    public void A_job_that_is_still_at_work_is_not_removed_however_short_it_is_kept()
    {
        var fleet = new Fleet(fateOf: (_, order) => order.Slot == 1 ? Fate.Completes : Fate.Runs);
        fleet.Deploy(Specs.Job(2) with { Job = new JobPolicy { KeepFor = TimeSpan.Zero } });

        fleet.Run(Minute);

        Assert.False(ServiceRules.Describe(fleet.State)!.Removing);
        Assert.Equal([2], fleet.RunningSlots);
    }

    [Theory]
    [InlineData(RestartCondition.None, 0)]
    [InlineData(RestartCondition.OnFailure, 1)]
    public void What_has_completed_elsewhere_stays_so_when_a_lost_node_brings_back_a_first_attempt_that_failed(
        RestartCondition restart, int attempts)
    {
        var fleet = new Fleet(nodes: 2);
        fleet.Deploy(Specs.Job(1).WithRestart(
            policy => policy with { Condition = restart, MaxAttempts = attempts }));
        fleet.Run(TimeSpan.FromSeconds(1));
        var away = LeaveTo(fleet, 1);
        Assert.Equal(new JobStatus(1, 0, true, 0), ServiceRules.Describe(fleet.State)!.Job);

        ComeBackFailed(fleet, away);
        fleet.Run(Minute);

        Assert.Equal(TaskState.Failed, fleet.State.Tasks[1].State);
        Assert.Equal(new JobStatus(1, 0, true, 0), ServiceRules.Describe(fleet.State)!.Job);
    }

    [Fact]
    public void Nor_does_it_make_a_run_under_way_a_failed_one()
    {
        var fleet = new Fleet(nodes: 2);
        fleet.Deploy(Specs.Periodic(completions: 2));
        fleet.Run(1.1 * Minute);
        var away = LeaveTo(fleet, 1);
        ComeBackFailed(fleet, away);
        fleet.Run(TimeSpan.FromSeconds(5));

        var last = fleet.State.Tasks.Values.Single(task => task.Slot == 2);
        var done = new TaskReport(last.Id, TaskState.Complete, "", fleet.Now, null);
        fleet.Tell(new ServiceInput.Reported(new ReportTasks(Specs.Web, last.Node!.Value, 99, [done])));

        Assert.Equal(0, fleet.State.Runs.Runs[0].ExitCode);
    }

    [Fact]
    public void The_time_out_of_a_jobs_tasks_is_told_to_the_node()
    {
        var fleet = new Fleet();
        fleet.Deploy(Specs.Job(1) with { Job = new JobPolicy { Timeout = Minute } });
        fleet.Run(TimeSpan.FromSeconds(1));

        var template = Assert.Single(ServiceRules.OrdersFor(fleet.State, new NodeId("n1"), 1).Templates);

        Assert.Equal(Minute, template.Timeout);
    }

    [Fact]
    public void Every_task_of_a_job_completes_once_whatever_nodes_are_lost_meanwhile()
    {
        var fleet = new Fleet(nodes: 3, (_, order) => order.Slot > 2 ? Fate.Completes : Fate.Runs);
        fleet.Deploy(Specs.Job(6));
        fleet.Run(TimeSpan.FromSeconds(1));

        fleet.Reach(fleet.Nodes[0], false);
        fleet.Reach(fleet.Nodes[1], false);
        fleet.FateOf = (_, _) => Fate.Completes;
        fleet.Run(Minute);
        fleet.Reach(fleet.Nodes[0], true);
        fleet.Nodes[1].Crash();
        fleet.Reach(fleet.Nodes[1], true);
        fleet.Run(Minute);

        Assert.Equal((6, 0, true), ServiceRules.Describe(fleet.State)!.Job is { } job
            ? (job.Completed, job.GivenUp, job.Ended)
            : default);
        Assert.Empty(fleet.RunningSlots);
    }

    /// <summary>The node on which the slot is at work is lost, and another task does it.</summary>
    private static FleetNode LeaveTo(Fleet fleet, int slot)
    {
        var away = fleet.Nodes.Single(node => node.RunningSlots.Contains(slot));
        fleet.FateOf = (_, _) => Fate.Completes;
        fleet.Reach(away, false);
        fleet.Run(TimeSpan.FromSeconds(5));
        return away;
    }

    /// <summary>Its container was started anew once, and failed again.</summary>
    private static void ComeBackFailed(Fleet fleet, FleetNode node)
    {
        node.CutPower();
        node.Crash();
        fleet.Reach(node, true);
    }
}

using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

public sealed class PeriodicJobTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_run_begins_at_each_time_of_the_schedule_and_not_when_it_is_deployed()
    {
        var fleet = Deployed(Specs.Periodic(completions: 2), Fate.Completes);
        Assert.Empty(fleet.State.Tasks);

        fleet.Run(3 * Minute);

        Assert.Equal(
            [(1, Noon(1), 0), (2, Noon(2), 0), (3, Noon(3), null)],
            Runs(fleet).Select(run => (run.Number, run.DueAt, run.ExitCode)));
        Assert.Equal([1, 1, 2, 2, 3, 3], fleet.State.Tasks.Values.Select(task => task.Run));
        Assert.Equal(Noon(4), ServiceRules.Describe(fleet.State)!.Job!.NextRun);
    }

    [Fact]
    public void A_run_that_fails_says_how_and_the_next_one_comes_all_the_same()
    {
        var fleet = Deployed(
            Specs.Periodic(completions: 2), (_, order) => order.Slot == 2 ? Fate.Fails : Fate.Completes);

        fleet.Run(2.5 * Minute);

        Assert.Equal(
            [(1, "1 of 2 tasks failed: as the test wanted it"), (2, "1 of 2 tasks failed: as the test wanted it")],
            Runs(fleet).Select(run => (run.Number, run.Reason)));
        Assert.All(Runs(fleet), run => Assert.NotNull(run.EndedAt));
    }

    [Fact]
    public void Where_runs_may_not_overlap_those_due_meanwhile_are_left_out_and_not_made_up_for()
    {
        var fleet = Deployed(Specs.Periodic(), Fate.Runs);
        fleet.Run(3.5 * Minute);
        var run = Assert.Single(Runs(fleet));
        Assert.Equal((1, 2, null), (run.Number, run.LeftOut, run.EndedAt));

        fleet.FateOf = (_, _) => Fate.Completes;
        fleet.Nodes[0].Crash();
        fleet.Run(Minute / 4);
        Assert.Single(Runs(fleet));
        fleet.Run(Minute);

        Assert.Equal([(1, Noon(1)), (2, Noon(4))], Runs(fleet).Select(run => (run.Number, run.DueAt)));
    }

    [Fact]
    public void Where_they_may_each_run_has_slots_of_its_own()
    {
        var fleet = Deployed(Specs.Periodic(completions: 2, overlap: OverlapPolicy.Allow), Fate.Runs);

        fleet.Run(3.5 * Minute);

        Assert.Equal([1, 2, 3, 4, 5, 6], fleet.RunningSlots.Order());
        Assert.Equal(3, Runs(fleet).Count(run => run.EndedAt is null));
    }

    [Fact]
    public void However_often_one_is_due_no_more_than_twenty_are_under_way()
    {
        var fleet = Deployed(Specs.Periodic(cron: "* * * * * *", overlap: OverlapPolicy.Allow), Fate.Runs);

        fleet.Run(Minute);

        Assert.Equal(20, fleet.RunningSlots.Count());
        Assert.Equal(40, Runs(fleet)[^1].LeftOut);
    }

    [Fact]
    public void A_run_that_replaces_another_starts_when_the_others_tasks_have_stopped()
    {
        var fleet = new Fleet();
        var most = 0;
        fleet.Watch = (_, _) => most = Math.Max(most, fleet.RunningSlots.Count());
        fleet.Deploy(Specs.Periodic(completions: 2, overlap: OverlapPolicy.Replace));

        fleet.Run(2.5 * Minute);

        Assert.Equal(2, most);
        Assert.Equal(
            [(1, "run 2 took its place", true), (2, "", false)],
            Runs(fleet).Select(run => (run.Number, run.Reason, run.EndedAt is not null)));
        Assert.All(fleet.Running, task => Assert.Equal(2, task.Run));
    }

    [Fact]
    public void Of_what_went_by_while_nobody_decided_one_run_is_made_up_for()
    {
        var fleet = Deployed(Specs.Periodic(), Fate.Completes);
        fleet.Run(1.5 * Minute);

        fleet.BeDown(10 * Minute);
        fleet.Run(Minute);

        Assert.Equal(
            [(1, Noon(1)), (2, Noon(11)), (3, Noon(12))], Runs(fleet).Select(run => (run.Number, run.DueAt)));
    }

    [Fact]
    public void While_suspended_none_is_due_and_what_went_by_is_not_made_up_for()
    {
        var job = Specs.Periodic();
        var fleet = Deployed(job, Fate.Completes);
        fleet.Deploy(Suspended(job));
        fleet.Run(5.5 * Minute);
        Assert.Empty(Runs(fleet));
        Assert.Null(ServiceRules.Needs(fleet.State, fleet.Now).WakeAt);

        fleet.Deploy(job);
        fleet.Run(Minute);

        Assert.Equal(Noon(6), Assert.Single(Runs(fleet)).DueAt);
    }

    [Fact]
    public void A_run_can_be_asked_for_once_and_leaves_the_schedule_as_it_is()
    {
        var fleet = Deployed(Suspended(Specs.Periodic()), Fate.Runs);
        var asked = new ServiceInput.Run(new RunJob(new RequestId("mine"), Specs.Web));
        Assert.Equal((true, 1), (fleet.Tell(asked) is { Changed: true }, fleet.State.Runs.Last));
        Assert.Equal(1, fleet.Tell(asked).Run);

        Assert.Equal(
            "service web: run 1 is under way, and its runs may not overlap", fleet.RunNow().Refusal);
        fleet.Run(Minute);

        Assert.True(Assert.Single(Runs(fleet)).AskedFor);
        Assert.Equal([1], fleet.RunningSlots);
    }

    [Fact]
    public void What_is_not_periodic_is_not_run_by_asking()
    {
        Assert.True(new Fleet().RunNow().NotFound);
        Assert.Equal(
            "service web is not a periodic job: deploying it runs it",
            Deployed(Specs.Job(1), Fate.Runs).RunNow().Refusal);
    }

    [Fact]
    public void A_run_under_way_goes_on_as_it_began_when_another_specification_comes()
    {
        var job = Specs.Periodic(completions: 2);
        var fleet = Deployed(job, (_, order) => order.Slot == 1 ? Fate.Completes : Fate.Runs);
        fleet.Run(1.5 * Minute);

        fleet.Deploy(job with { Container = job.Container with { Image = "job:2" } });
        fleet.Run(Minute / 4);
        Assert.Equal([2], fleet.RunningSlots);
        Assert.Equal([1, 1], fleet.State.Tasks.Values.Select(task => task.SpecVersion));

        fleet.Nodes[0].Crash();
        fleet.FateOf = (_, _) => Fate.Completes;
        fleet.Run(Minute);
        Assert.Equal([1, 1, 2, 2], fleet.State.Tasks.Values.Select(task => task.SpecVersion));
    }

    [Fact]
    public void As_many_ended_runs_are_kept_with_their_tasks_as_the_job_says_and_no_longer_than_it_says()
    {
        var fleet = Deployed(
            Specs.Periodic(policy: job => job with { RunsKept = 2, KeepFor = 5 * Minute }), Fate.Completes);
        fleet.Run(6.5 * Minute);
        Assert.Equal([5, 6], Runs(fleet).Select(run => run.Number));
        Assert.Equal([5, 6], fleet.State.Tasks.Values.Select(task => task.Run));

        fleet.Deploy(Suspended(fleet.State.Spec));
        fleet.Run(6 * Minute);

        Assert.Empty(Runs(fleet));
        Assert.Empty(fleet.State.Tasks);
        Assert.True(fleet.State.Exists);
    }

    [Fact]
    public void A_task_that_a_lost_node_brings_back_after_its_run_has_ended_is_stopped()
    {
        var fleet = new Fleet(nodes: 2);
        fleet.Deploy(Specs.Periodic());
        fleet.Run(1.1 * Minute);
        var away = fleet.Nodes.Single(node => node.RunningSlots.Any());
        fleet.FateOf = (_, _) => Fate.Completes;
        fleet.Reach(away, false);
        fleet.Run(Minute / 2);
        Assert.Equal(0, Assert.Single(Runs(fleet)).ExitCode);

        fleet.Reach(away, true);
        fleet.Run(Minute / 4);

        Assert.Empty(fleet.RunningSlots);
    }

    [Fact]
    public void A_global_one_runs_on_each_node_each_time()
    {
        var fleet = new Fleet(nodes: 3, (_, _) => Fate.Completes);
        fleet.Deploy(Specs.Periodic() with { Mode = new ServiceMode.GlobalJob() });

        fleet.Run(2.5 * Minute);

        Assert.Equal([0, 0], Runs(fleet).Select(run => run.ExitCode));
        Assert.Equal(
            ["1 n1", "1 n2", "1 n3", "2 n1", "2 n2", "2 n3"],
            fleet.State.Tasks.Values.Select(task => $"{task.Run} {task.Node}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_more_tasks_of_one_run_are_at_work_at_once_than_allowed()
    {
        var fleet = new Fleet(fateOf: (_, _) => Fate.Completes);
        var most = 0;
        fleet.Watch = (_, after) => most = Math.Max(most, after.Tasks.Values.Count(task => task.IsLive()));
        fleet.Deploy(Specs.Periodic() with { Mode = new ServiceMode.ReplicatedJob(5, 2) });

        fleet.Run(1.5 * Minute);

        Assert.Equal((2, 0), (most, Assert.Single(Runs(fleet)).ExitCode));
    }

    [Fact]
    public void Removed_it_is_gone_whatever_is_under_way()
    {
        var fleet = Deployed(Specs.Periodic(), Fate.Runs);
        fleet.Run(1.5 * Minute);

        fleet.Remove();
        fleet.Run(3 * Minute);

        Assert.True(ServiceRules.IsGone(fleet.State));
        Assert.Empty(fleet.RunningSlots);
    }

    [Fact]
    public void A_job_does_not_become_a_periodic_one_by_the_way()
    {
        var fleet = Deployed(Specs.Job(1), Fate.Runs);

        Assert.Equal(
            "service web is a job and cannot become a periodic job: remove it first",
            fleet.Deploy(Specs.Periodic()).Refusal);
    }

    private static Fleet Deployed(ServiceSpec spec, Fate fate) => Deployed(spec, (_, _) => fate);

    private static Fleet Deployed(ServiceSpec spec, Func<TaskTemplate, TaskOrder, Fate> fateOf)
    {
        var fleet = new Fleet(fateOf: fateOf);
        Assert.Null(fleet.Deploy(spec).Refusal);
        return fleet;
    }

    private static ServiceSpec Suspended(ServiceSpec job) => job with
    {
        Job = job.Job with { Schedule = job.Job.Schedule! with { Suspended = true } },
    };

    private static System.Collections.Immutable.ImmutableArray<JobRun> Runs(Fleet fleet) => fleet.State.Runs.Runs;

    private static DateTimeOffset Noon(int minutes) => Specs.Noon.AddMinutes(minutes);
}

using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Services;

namespace Swarm.Client.Tests;

public sealed class ServiceProgressTests
{
    private static readonly ServiceSpec Three = new()
    {
        Name = new ServiceName("web"),
        Container = new ContainerSpec { Image = "a" },
        Mode = new ServiceMode.Replicated(3),
        Restart = new RestartPolicy { MaxAttempts = 2 },
    };

    [Fact]
    public void A_service_whose_restarts_are_used_up_has_failed_and_says_so()
    {
        var progress = ServiceProgress.Of(
            Seen(Task(1, TaskState.Running), Task(2, TaskState.Failed, "exit code 3")) with { GivenUp = 1 });

        Assert.Equal(ProgressOutcome.Failed, progress.Outcome);
        Assert.Equal(
            ["1 of 3 tasks failed, and their 2 restarts are used up", "exit code 3"], progress.Reasons.ToArray());
    }

    [Fact]
    public void Tasks_that_ended_well_and_are_not_started_again_fail_a_service()
    {
        var progress = ServiceProgress.Of(Seen(Task(1, TaskState.Complete)) with { Completed = 1 });

        Assert.Equal(ProgressOutcome.Failed, progress.Outcome);
        Assert.Contains("is it a job?", progress.Reasons.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_slot_that_failed_and_is_tried_again_is_waited_for() =>
        Assert.Equal(
            ProgressOutcome.Waiting, ServiceProgress.Of(Seen(Task(1, TaskState.Failed, "exit code 3"))).Outcome);

    [Fact]
    public void While_an_update_goes_on_a_slot_that_was_given_up_is_left_to_its_policy()
    {
        var updating = Seen(Task(1, TaskState.Failed)) with
        {
            GivenUp = 1,
            Update = new UpdateStatus(UpdatePhase.Updating),
        };

        Assert.Equal(ProgressOutcome.Waiting, ServiceProgress.Of(updating).Outcome);
    }

    [Fact]
    public void During_an_update_what_serves_and_what_is_new_are_told_apart()
    {
        var progress = ServiceProgress.Of(Seen(
            Task(1, TaskState.Running), Task(2, TaskState.Running, version: 1), Task(3, TaskState.Running, version: 1))
            with
        { Update = new UpdateStatus(UpdatePhase.Updating) });

        Assert.Equal((true, 3, 1, 3), (progress.IsUpdating, progress.Running, progress.Done, progress.Wanted));
    }

    [Fact]
    public void Reasons_of_tasks_of_an_older_specification_are_not_told()
    {
        var progress = ServiceProgress.Of(Seen(
            Task(1, TaskState.Failed, "no such image: old", version: 1), Task(1, TaskState.Preparing, number: 9),
            Task(2, TaskState.Failed, "of old", version: 1), Task(3, TaskState.Rejected, "of new")));

        Assert.Equal(["of new"], progress.Reasons.ToArray());
    }

    [Fact]
    public void Of_a_paused_update_it_is_told_what_serves_and_how_much_of_that_is_new()
    {
        var paused = Seen(
            Task(1, TaskState.Running, version: 1), Task(2, TaskState.Running, version: 1), Task(3, TaskState.Running))
            with
        { Update = new UpdateStatus(UpdatePhase.Paused, "a slot failed") };

        var progress = ServiceProgress.Of(paused);

        Assert.Equal((ProgressOutcome.Failed, 1, 3, true),
            (progress.Outcome, progress.Done, progress.Running, progress.IsUpdating));
    }

    [Fact]
    public void A_rollback_is_a_failure_unless_it_is_what_is_waited_for()
    {
        var back = Seen(Task(1, TaskState.Running), Task(2, TaskState.Running), Task(3, TaskState.Running)) with
        {
            Update = new UpdateStatus(UpdatePhase.RolledBack, "2 slots failed"),
        };

        var failed = ServiceProgress.Of(back);
        Assert.Equal(["rolled back: 2 slots failed"], failed.Reasons.ToArray());
        Assert.Equal((0, 3, true), (failed.Done, failed.Running, failed.IsUpdating));
        Assert.Equal(ProgressOutcome.Reached, ServiceProgress.Of(back, acceptRollback: true).Outcome);
    }

    [Theory]
    [InlineData(null, ProgressOutcome.Waiting, null)]
    [InlineData(0, ProgressOutcome.Reached, 0)]
    [InlineData(3, ProgressOutcome.Failed, 3)]
    public void Of_a_periodic_job_the_latest_run_counts(int? code, ProgressOutcome outcome, int? exitCode)
    {
        var at = DateTimeOffset.UnixEpoch;
        var job = Three with
        {
            Mode = new ServiceMode.ReplicatedJob(1, 1),
            Job = new JobPolicy { Schedule = new JobSchedule { Cron = "* * * * *" } },
        };
        var progress = ServiceProgress.Of(Seen() with
        {
            Spec = job,
            Job = new JobStatus(0, 0, Ended: false, null)
            {
                Runs = [new JobRun(1, at, at, at, 0), new JobRun(2, at, at, code is null ? null : at, code)],
            },
        });

        Assert.Equal((outcome, exitCode), (progress.Outcome, progress.ExitCode));
    }

    [Fact]
    public void Of_a_periodic_job_the_run_that_is_waited_for_counts_whatever_has_begun_since()
    {
        var at = DateTimeOffset.UnixEpoch;
        var seen = Periodic(new JobRun(3, at, at, at, 4, "bad luck"), new JobRun(4, at, at, null, null));

        var (third, last) = (ServiceProgress.Of(seen, run: 3), ServiceProgress.Of(seen));
        Assert.Equal((ProgressOutcome.Failed, 4, 3), (third.Outcome, third.ExitCode, third.Run));
        Assert.Equal(["bad luck"], third.Reasons.ToArray());
        Assert.Equal((ProgressOutcome.Waiting, 4), (last.Outcome, last.Run));
        Assert.Equal(
            ["run 2 has ended and is not kept: how it ended is not known"],
            ServiceProgress.Of(seen, run: 2).Reasons.ToArray());
    }

    [Fact]
    public void Of_runs_that_overlap_the_one_under_way_counts_though_a_later_one_has_ended()
    {
        var at = DateTimeOffset.UnixEpoch;

        var progress = ServiceProgress.Of(Periodic(
            new JobRun(1, at, at, at, 0), new JobRun(2, at, at, null, null), new JobRun(3, at, at, at, 4)));

        Assert.Equal((ProgressOutcome.Waiting, 2), (progress.Outcome, progress.Run));
    }

    [Fact]
    public void A_periodic_job_that_never_ran_says_when_it_will()
    {
        var never = Periodic();
        var due = never with { Job = never.Job! with { NextRun = DateTimeOffset.UnixEpoch } };

        Assert.Equal(
            ["its first run is due at 1970-01-01T00:00:00Z"], ServiceProgress.Of(due).Reasons.ToArray());
        Assert.Equal(ProgressOutcome.Waiting, ServiceProgress.Of(due).Outcome);
        var suspended = due with
        {
            Spec = due.Spec with
            {
                Job = new JobPolicy { Schedule = new JobSchedule { Cron = "* * * * *", Suspended = true } },
            },
        };
        Assert.Equal(ProgressOutcome.Failed, ServiceProgress.Of(suspended).Outcome);
    }

    private static ServiceDetails Periodic(params JobRun[] runs) => Seen() with
    {
        Spec = Three with
        {
            Mode = new ServiceMode.ReplicatedJob(1, 1),
            Job = new JobPolicy { Schedule = new JobSchedule { Cron = "* * * * *" } },
        },
        Job = new JobStatus(0, 0, Ended: false, null) { Runs = [.. runs] },
    };

    [Fact]
    public void A_global_service_has_as_many_tasks_as_it_has_nodes()
    {
        var global = Seen(Task(1, TaskState.Running), Task(2, TaskState.Running)) with
        {
            Spec = Three with { Mode = new ServiceMode.Global() },
        };

        Assert.Equal(ProgressOutcome.Reached, ServiceProgress.Of(global with { Slots = 2 }).Outcome);
        Assert.Equal(ProgressOutcome.Waiting, ServiceProgress.Of(global with { Slots = 3 }).Outcome);
        Assert.Equal(ProgressOutcome.Waiting, ServiceProgress.Of(global with { Slots = 0, Tasks = [] }).Outcome);
    }

    private static ServiceDetails Seen(params ServiceTask[] tasks) =>
        new(new ServiceId("id"), Three, 2, UpdateStatus.None, [.. tasks]);

    private static ServiceTask Task(
        int slot, TaskState state, string reason = "", long version = 2, int? number = null) =>
        new(TaskId.Of(new ServiceId("id"), number ?? slot), slot, version, TaskState.Running, state)
        {
            Reason = reason,
            CreatedAt = DateTimeOffset.UnixEpoch.AddSeconds(number ?? slot),
        };
}

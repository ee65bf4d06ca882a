using Swarm.Core.Containers;
using Swarm.Core.Services;
using static Swarm.Core.Containers.ContainerEffect;
using static Swarm.Core.Tests.Containers.ContainerExamples;

namespace Swarm.Core.Tests.Containers;

public sealed class ContainerRestartTests
{
    [Fact]
    public void Quick_failures_are_restarted_in_place_three_times_with_doubled_delays_and_then_left_to_the_service()
    {
        var first = After(Running(), Exited(1, 1));
        var second = After(
            first.Next, new ContainerEvent.BackOffEnded(), new ContainerEvent.Started(Sighting(2)), Exited(2, 1));
        var third = After(
            second.Next, new ContainerEvent.BackOffEnded(), new ContainerEvent.Started(Sighting(3)), Exited(3, 1));
        var last = After(
            third.Next, new ContainerEvent.BackOffEnded(), new ContainerEvent.Started(Sighting(4)), Exited(4, 1)).Next;

        Assert.Equal(Effects(new WaitBackOff(TimeSpan.FromMilliseconds(100))), first.Effects);
        Assert.Equal(Effects(new WaitBackOff(TimeSpan.FromMilliseconds(200))), second.Effects);
        Assert.Equal(Effects(new WaitBackOff(TimeSpan.FromMilliseconds(400))), third.Effects);
        Assert.Equal((TaskState.Failed, 3, 1), (last.State, last.Observed.Restarts, last.Observed.ExitCode));
        Assert.Equal("exit code 1, after 3 restarts on this node", last.Reason);
    }

    [Fact]
    public void A_restart_does_not_take_the_state_back_and_its_reason_says_what_happened()
    {
        var waiting = After(Running(), Exited(1, 2)).Next;

        Assert.Equal((TaskState.Running, ContainerStatus.BackingOff), (waiting.State, waiting.Status));
        Assert.Equal("exit code 2; restart after 0.1 s", waiting.Reason);
        Assert.False(waiting.IsServing);
        Assert.Empty(waiting.Observed.Addresses);
        Assert.Empty(After(waiting, new ContainerEvent.BackOffEnded()).Next.Reason);
    }

    [Fact]
    public void Ten_seconds_of_running_start_the_back_off_afresh()
    {
        var container = After(Running(), Exited(1, 1)).Next;
        for (var run = 2; run < 20; run++) container = Fail(container, run, ranSeconds: 10);

        Assert.Equal((ContainerStatus.BackingOff, 1, 19),
            (container.Status, container.QuickRestarts, container.Observed.Restarts));
    }

    [Fact]
    public void The_delay_never_exceeds_a_minute()
    {
        var restart = new RestartPolicy { Delay = TimeSpan.FromSeconds(45) };

        var first = After(Running(restart), Exited(1, 1));
        var second = After(
            first.Next, new ContainerEvent.BackOffEnded(), new ContainerEvent.Started(Sighting(2)), Exited(2, 1));

        Assert.Equal(Effects(new WaitBackOff(TimeSpan.FromSeconds(45))), first.Effects);
        Assert.Equal(Effects(new WaitBackOff(TimeSpan.FromMinutes(1))), second.Effects);
    }

    [Theory]
    [InlineData(RestartCondition.Any, false, 0, ContainerStatus.BackingOff, TaskState.Running)]
    [InlineData(RestartCondition.Any, true, 0, ContainerStatus.Ended, TaskState.Complete)]
    [InlineData(RestartCondition.Any, true, 1, ContainerStatus.BackingOff, TaskState.Running)]
    [InlineData(RestartCondition.OnFailure, false, 0, ContainerStatus.Ended, TaskState.Complete)]
    [InlineData(RestartCondition.OnFailure, false, 1, ContainerStatus.BackingOff, TaskState.Running)]
    [InlineData(RestartCondition.None, false, 0, ContainerStatus.Ended, TaskState.Complete)]
    [InlineData(RestartCondition.None, false, 1, ContainerStatus.Ended, TaskState.Failed)]
    public void The_policy_decides_what_follows_an_exit(
        RestartCondition condition, bool isJob, int code, ContainerStatus status, TaskState state)
    {
        var after = After(Running(new RestartPolicy { Condition = condition }, isJob), Exited(1, code)).Next;

        Assert.Equal((status, state), (after.Status, after.State));
    }

    [Fact]
    public void No_more_attempts_are_made_than_the_policy_allows()
    {
        var container = After(Running(new RestartPolicy { MaxAttempts = 1 }), Exited(1, 1)).Next;

        var second = Fail(container, run: 2, ranSeconds: 60);

        Assert.Equal((TaskState.Failed, 1), (second.State, second.Observed.Restarts));
    }

    [Fact]
    public void Attempts_before_the_window_do_not_count()
    {
        var restart = new RestartPolicy { MaxAttempts = 1, Window = TimeSpan.FromSeconds(30) };
        var container = After(Running(restart), Exited(1, 1), new ContainerEvent.BackOffEnded(),
            new ContainerEvent.Started(Sighting(2))).Next;

        var late = ContainerLifecycle.Step(container, Exited(2, 1, 31), Start.AddSeconds(31)).Next;
        var early = ContainerLifecycle.Step(container, Exited(2, 1, 29), Start.AddSeconds(29)).Next;

        Assert.Equal(ContainerStatus.BackingOff, late.Status);
        Assert.Equal(TaskState.Failed, early.State);
    }

    [Fact]
    public void Out_of_memory_and_signals_are_told_in_words()
    {
        var none = new RestartPolicy { Condition = RestartCondition.None };

        Assert.Equal(
            "exit code 137: out of memory", After(Running(none), Exited(1, 137, outOfMemory: true)).Next.Reason);
        Assert.Equal("exit code 139: killed by signal 11", After(Running(none), Exited(1, 139)).Next.Reason);
        Assert.Equal(
            "it ended, and its exit code could not be learnt", After(Running(none), Exited(1, -1)).Next.Reason);
    }

    [Fact]
    public void A_start_that_the_host_refused_is_tried_again_and_one_that_can_never_be_is_not()
    {
        var starting = After(New(), new ContainerEvent.Looked(null), new ContainerEvent.Prepared(Sighting(0))).Next;

        var transient = After(starting, new ContainerEvent.StartFailed("no memory", IsTransient: true));
        var final = After(starting, new ContainerEvent.StartFailed("no program /nope", IsTransient: false)).Next;

        Assert.Equal(Effects(new WaitBackOff(TimeSpan.FromMilliseconds(100))), transient.Effects);
        Assert.Equal((TaskState.Failed, "no program /nope"), (final.State, final.Reason));
    }

    [Fact]
    public void An_exit_that_overtakes_the_answer_to_its_start_is_not_lost_and_not_counted_twice()
    {
        var starting = After(New(), new ContainerEvent.Looked(null), new ContainerEvent.Prepared(Sighting(0))).Next;

        var after = After(starting, Exited(1, 3), new ContainerEvent.Started(Sighting(1)), Exited(1, 3)).Next;

        Assert.Equal(
            (ContainerStatus.BackingOff, 1, 3), (after.Status, after.Observed.Restarts, after.Observed.ExitCode));
    }
}

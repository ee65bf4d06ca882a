using Akka.Actor;
using Swarm.Cluster.Nodes;
using Swarm.Core.Services;
using Swarm.Runtime;
using Swarm.Runtime.Nodes;

namespace Swarm.Cluster.Tests.Nodes;

/// <summary>Who ends a container by hand, and waits until it has ended.</summary>
public sealed class NodeEndByHandTests : NodeFixture
{
    /// <remarks>A script removes it next.</remarks>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_kills_one_is_answered_when_it_has_ended_and_who_signals_it_at_once(bool ofTask)
    {
        StartNode();
        await MakeAsync(new StandaloneSettings());
        await DoneAsync(new StartByHand(Own));
        Order(1, Spec(), (1, TaskState.Running));
        Assert.Equal(TaskState.Running, (await ReportsAsync())[1].State);
        var id = ofTask ? ContainerOf(1) : Own;
        (Engine.EndsWhenKilled, Engine.EndsWhenTerminated) = (false, false);

        await DoneAsync(new KillByHand(id, 10));
        var killed = Node.Ask<StandaloneAnswer>(new KillByHand(id, 9));
        Pass(1);
        Assert.False(killed.IsCompleted);
        Engine.End(id, 137);
        Pass(1);

        Assert.Equal(new StandaloneAnswer.Done(Changed: true), await killed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_ends_one_that_ends_while_that_is_kept_is_answered(bool kills)
    {
        StartNode();
        await MakeAsync(new StandaloneSettings());
        await DoneAsync(new StartByHand(Own));
        var slow = new TaskCompletionSource();
        Standalone.Slowness = slow.Task;

        var asked = Node.Ask<StandaloneAnswer>(kills ? new KillByHand(Own, 9) : new StopByHand(Own, null, 0));
        Pass(1);
        Engine.End(Own, 0);
        Pass(1);
        slow.SetResult();

        Assert.Equal(new StandaloneAnswer.Done(Changed: true), await asked.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    /// <remarks>As in Docker, by whatever signal, where it says of none that it ends it.</remarks>
    [Theory]
    [InlineData(0)] // is stopped
    [InlineData(9)]
    [InlineData(15)]
    [InlineData(10)]
    public async Task One_that_waits_for_its_restart_is_ended_by_hand_and_stays_so(int signal)
    {
        StartNode();
        await MakeAsync(Restarting);
        await DoneAsync(new StartByHand(Own));
        Engine.End(Own, 1);

        await DoneAsync(signal == 0 ? new StopByHand(Own, null, 0) : new KillByHand(Own, signal));
        Pass(90);

        Assert.Equal((ContainerPhase.Ended, 1), (Engine.Find(Own)!.Phase, Engine.Find(Own)!.Run));
        Assert.Equal(TaskState.Shutdown, Standalone[Own]!.Desired);
        Assert.Empty(Engine.Signals);
        Assert.Equal(
            new StandaloneAnswer.Refused(ContainerFault.Conflict, $"container {Own.Value} is not running"),
            await Node.Ask<StandaloneAnswer>(new KillByHand(Own, 9)));
    }

    /// <remarks>It need not end of it: who asked would wait for ever.</remarks>
    [Theory]
    [InlineData(10)]
    [InlineData(15)]
    public async Task One_that_is_restarted_while_it_is_kept_that_it_ends_gets_the_signal_and_its_sender_an_answer(
        int signal)
    {
        StartNode();
        await MakeAsync(Restarting);
        await DoneAsync(new StartByHand(Own));
        Engine.EndsWhenTerminated = false;
        Engine.End(Own, 1);
        var slow = new TaskCompletionSource();
        Standalone.Slowness = slow.Task;

        var asked = Node.Ask<StandaloneAnswer>(new KillByHand(Own, signal));
        Pass(1);
        Assert.Equal((ContainerPhase.Running, 2), (Engine.Find(Own)!.Phase, Engine.Find(Own)!.Run));
        slow.SetResult();

        Assert.Equal(new StandaloneAnswer.Done(Changed: true), await asked.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal([(Own, signal)], Engine.Signals);
        Engine.End(Own, 1);
        Pass(90);
        Assert.Equal(2, Engine.Find(Own)!.Run);
    }

    [Fact]
    public async Task One_that_says_which_signal_ends_it_and_waits_for_its_restart_is_ended_by_no_other()
    {
        StartNode();
        await DoneAsync(new CreateStandalone(
            new ContainerDefinition(Own, "own", Spec() with { StopSignal = "SIGTERM" }), Restarting));
        await DoneAsync(new StartByHand(Own));
        Engine.End(Own, 1);

        await DoneAsync(new KillByHand(Own, 10));
        Pass(1);

        Assert.Equal((ContainerPhase.Running, 2), (Engine.Find(Own)!.Phase, Engine.Find(Own)!.Run));
        Engine.End(Own, 1);
        await DoneAsync(new KillByHand(Own, 15));
        Pass(90);
        Assert.Equal((ContainerPhase.Ended, 2), (Engine.Find(Own)!.Phase, Engine.Find(Own)!.Run));
    }

    private static StandaloneSettings Restarting => new()
    {
        Restart = new RestartPolicy { Condition = RestartCondition.Any, Delay = TimeSpan.FromSeconds(0.1) },
    };

    [Fact]
    public async Task Who_waits_for_the_end_of_what_cannot_be_killed_is_told_so_and_it_is_removed_when_it_ends()
    {
        StartNode();
        await MakeAsync(new StandaloneSettings());
        await DoneAsync(new StartByHand(Own));
        Engine.EndsWhenKilled = false;

        var removal = Node.Ask<StandaloneAnswer>(new RemoveByHand(Own, Force: true));
        Pass(35);
        Assert.Contains(
            "did not receive an exit event", Assert.IsType<StandaloneAnswer.Refused>(await removal).Reason,
            StringComparison.Ordinal);
        Engine.End(Own, 137);
        Pass(1);

        Assert.Null(Engine.Find(Own));
    }

    [Fact]
    public async Task Of_two_who_remove_one_at_once_the_second_is_told_that_it_is_being_removed()
    {
        StartNode();
        await MakeAsync(new StandaloneSettings());
        await DoneAsync(new StartByHand(Own));
        Engine.EndsWhenKilled = false;

        var first = Node.Ask<StandaloneAnswer>(new RemoveByHand(Own, Force: true));
        foreach (var force in (bool[])[true, false])
        {
            var second = await Node.Ask<StandaloneAnswer>(new RemoveByHand(Own, force));
            Assert.Equal(
                new StandaloneAnswer.Refused(ContainerFault.Conflict, "its removal is already in progress"), second);
        }

        Engine.End(Own, 137);
        Pass(1);

        Assert.Equal(new StandaloneAnswer.Done(Changed: true), await first);
        Assert.Null(Engine.Find(Own));
        var late = await Node.Ask<StandaloneAnswer>(new RemoveByHand(Own, Force: true));
        Assert.Equal(ContainerFault.NotFound, Assert.IsType<StandaloneAnswer.Refused>(late).Fault);
    }
}

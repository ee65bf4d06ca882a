using Akka.Actor;
using Swarm.Cluster.Nodes;
using Swarm.Core.Services;
using Swarm.Runtime;
using Swarm.Runtime.Nodes;

namespace Swarm.Cluster.Tests.Nodes;

/// <summary>What is asked of a container while the engine starts it.</summary>
public sealed class NodeSlowStartTests : NodeFixture
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource _slow = new();

    /// <remarks>A program that is the first of its container ends by no signal that it does not expect.</remarks>
    [Fact]
    public async Task One_that_was_signalled_is_killed_for_who_removes_it()
    {
        var started = await BeginStartAsync();
        await DoneAsync(new KillByHand(Own, 15));
        var refused = await AskAsync(new RemoveByHand(Own, Force: false));
        var removed = AskAsync(new RemoveByHand(Own, Force: true));
        Pass(1);

        _slow.SetResult();
        Pass(1);

        Assert.Equal(ContainerFault.Conflict, Assert.IsType<StandaloneAnswer.Refused>(refused).Fault);
        Assert.Equal(new StandaloneAnswer.Done(Changed: true), await removed);
        Assert.Equal(new StandaloneAnswer.Done(Changed: true), await started);
        Assert.Equal((Own, 9), Engine.Signals[^1]);
        Assert.Null(Engine.Find(Own));
    }

    [Fact]
    public async Task Who_starts_it_meanwhile_is_answered_though_it_is_stopped_and_cannot_be_started()
    {
        var started = await BeginStartAsync();
        var stopped = AskAsync(new StopByHand(Own, null, 0));
        Pass(1);
        var again = AskAsync(new StartByHand(Own));
        var stoppedToo = AskAsync(new StopByHand(Own, null, 0));
        Pass(1);
        Engine.StartFault = new ContainerException(ContainerFault.Host, "full");

        _slow.SetResult();
        Pass(1);

        Assert.Equal(new StandaloneAnswer.Done(Changed: false), await again);
        Assert.IsType<StandaloneAnswer.Refused>(await started);
        foreach (var stop in (Task<StandaloneAnswer>[])[stopped, stoppedToo])
            Assert.Equal(new StandaloneAnswer.Done(Changed: true), await stop);
        Assert.Equal(TaskState.Shutdown, Standalone[Own]!.Desired);
    }

    [Fact]
    public async Task Who_starts_one_that_the_engine_does_not_have_any_more_is_told_that_it_was_removed()
    {
        var started = await BeginStartAsync();
        await Engine.RemoveAsync(Own, default);
        var removed = AskAsync(new RemoveByHand(Own, Force: true));
        Pass(1);

        _slow.SetResult();
        Pass(1);

        Assert.Equal(new StandaloneAnswer.Done(Changed: true), await removed);
        Assert.Equal(
            new StandaloneAnswer.Refused(ContainerFault.NotFound, "it was removed before it had started"),
            await started);
    }

    /// <remarks>Else it would be there again after an end of the node.</remarks>
    [Fact]
    public async Task What_is_to_be_removed_stays_so_when_it_is_stopped_too()
    {
        StartNode();
        await MakeAsync(new StandaloneSettings());
        await DoneAsync(new StartByHand(Own));
        (Engine.EndsWhenKilled, Engine.EndsWhenTerminated) = (false, false);
        var removed = AskAsync(new RemoveByHand(Own, Force: true));
        Pass(1);

        _ = AskAsync(new StopByHand(Own, null, 0));
        Pass(1);

        Assert.Equal(TaskState.Remove, Standalone[Own]!.Desired);
        Engine.End(Own, 137);
        Pass(1);
        Assert.Equal(new StandaloneAnswer.Done(Changed: true), await removed);
    }

    private Task<StandaloneAnswer> AskAsync(IStandaloneCommand command) =>
        Node.Ask<StandaloneAnswer>(command, Patience);

    private async Task<Task<StandaloneAnswer>> BeginStartAsync()
    {
        StartNode();
        await MakeAsync(new StandaloneSettings());
        Engine.EndsWhenTerminated = false;
        Engine.Starting = _slow.Task;
        var started = AskAsync(new StartByHand(Own));
        Pass(1);
        return started;
    }
}

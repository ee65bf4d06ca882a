using Akka.Actor;
using Swarm.Cluster.Nodes;
using Swarm.Core;
using Swarm.Core.Services;
using Swarm.Runtime;
using Swarm.Runtime.Nodes;

namespace Swarm.Cluster.Tests.Nodes;

/// <summary>Nobody who asks something of a container waits for an answer that cannot come.</summary>
public sealed class NodeStandaloneFaultTests : NodeFixture
{
    [Fact]
    public async Task A_signal_that_the_host_refuses_is_told_and_the_container_goes_on()
    {
        StartNode();
        await MakeAsync(new StandaloneSettings());
        await DoneAsync(new StartByHand(Own));
        Order(1, Spec(), (1, TaskState.Running));
        Engine.SignalFault = new IOException("pidfd_open: too many open files");

        foreach (var id in (ContainerId[])[Own, ContainerOf(1)])
        {
            Assert.Equal(
                new StandaloneAnswer.Refused(
                    ContainerFault.Host, "signal 10 could not be sent: pidfd_open: too many open files"),
                await AskAsync(new KillByHand(id, 10)));
        }

        Assert.IsType<StandaloneAnswer.Refused>(await AskAsync(new StopByHand(ContainerOf(1), null, 0)));
        Engine.SignalFault = null;
        await DoneAsync(new KillByHand(Own, 9));
        await DoneAsync(new KillByHand(ContainerOf(1), 9));
    }

    [Fact]
    public async Task Who_asked_an_actor_that_crashed_is_told_and_may_ask_again()
    {
        StartNode();
        await MakeAsync(new StandaloneSettings());
        await DoneAsync(new StartByHand(Own));
        Engine.EndsWhenTerminated = false;
        var stop = AskAsync(new StopByHand(Own, TimeSpan.FromSeconds(60), 15));
        Engine.StopSignalFault = new InvalidOperationException("a bug");

        Assert.Equal(StandaloneAskers.Broken, await AskAsync(new KillByHand(Own, 10)));
        Assert.Equal(StandaloneAskers.Broken, await stop);

        Engine.StopSignalFault = null;
        Pass(1);
        await DoneAsync(new KillByHand(Own, 9));
        await DoneAsync(new RemoveByHand(Own, Force: false));
    }

    [Fact]
    public async Task What_came_too_late_to_an_actor_is_answered()
    {
        StartNode();
        await MakeAsync(new StandaloneSettings());

        Sys.DeadLetters.Tell(new StartByHand(Own), TestActor);
        Assert.Equal(StandaloneAskers.Broken, await ExpectMsgAsync<StandaloneAnswer>());
        Sys.DeadLetters.Tell(new StartByHand(new ContainerId("gone")), TestActor);
        Assert.Equal(
            new StandaloneAnswer.Refused(ContainerFault.NotFound, "No such container: gone"),
            await ExpectMsgAsync<StandaloneAnswer>());
    }

    private Task<StandaloneAnswer> AskAsync(IStandaloneCommand command) =>
        Node.Ask<StandaloneAnswer>(command, TimeSpan.FromSeconds(20));
}

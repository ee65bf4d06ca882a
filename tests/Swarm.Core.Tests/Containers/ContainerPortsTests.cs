using Swarm.Core.Containers;
using Swarm.Core.Services;
using static Swarm.Core.Containers.ContainerEffect;
using static Swarm.Core.Tests.Containers.ContainerExamples;

namespace Swarm.Core.Tests.Containers;

public sealed class ContainerPortsTests
{
    private const string Taken = "port 8080 is taken";

    [Fact]
    public void A_published_container_is_running_only_once_its_ports_lead_to_it()
    {
        var serving = Serving();
        var reached = After(serving.Next, new ContainerEvent.Published("")).Next;

        Assert.Equal((TaskState.Starting, true), (serving.Next.State, serving.Next.IsServing));
        Assert.Equal(Effects(new WaitToPublish(1, TimeSpan.FromSeconds(12))), serving.Effects);
        Assert.Equal(TaskState.Running, reached.State);
    }

    [Fact]
    public void One_whose_ports_cannot_be_had_says_why_and_is_rejected_when_it_has_waited_long_enough()
    {
        var faulty = After(Serving().Next, new ContainerEvent.Published(Taken)).Next;
        var draining = After(faulty, new ContainerEvent.PublishOverdue(1));
        var stopping = After(draining.Next, new ContainerEvent.Drained());
        var ended = After(stopping.Next, Exited(1, 143, secondsLater: 13)).Next;

        Assert.Equal((TaskState.Starting, Taken), (faulty.State, faulty.Report(Start).Reason));
        Assert.Equal(Effects(new DrainContainer()), draining.Effects);
        Assert.Equal(Effects(new TerminateContainer(TimeSpan.FromSeconds(7))), stopping.Effects);
        Assert.Equal((TaskState.Rejected, Taken), (ended.State, ended.Report(Start).Reason));
    }

    [Fact]
    public void Nobody_having_said_how_it_went_it_waits_on()
    {
        var waiting = After(Serving().Next, new ContainerEvent.PublishOverdue(1));

        Assert.Equal(ContainerStatus.Running, waiting.Next.Status);
        Assert.Equal(Effects(new WaitToPublish(1, TimeSpan.FromSeconds(12))), waiting.Effects);
    }

    [Fact]
    public void Asked_to_stop_meanwhile_it_was_shut_down_and_not_rejected()
    {
        var givenUp = After(
            Serving().Next, new ContainerEvent.Published(Taken), new ContainerEvent.PublishOverdue(1)).Next;

        var ended = After(givenUp, new ContainerEvent.Ordered(TaskState.Shutdown), Exited(1, 143)).Next;

        Assert.Equal(TaskState.Shutdown, ended.State);
    }

    [Fact]
    public void Healthy_answers_do_not_make_it_running_nor_prolong_the_wait()
    {
        var started = After(
            New(isPublished: true), new ContainerEvent.Looked(null),
            new ContainerEvent.Prepared(Sighting(0, EveryHalfMinute)),
            new ContainerEvent.Started(Sighting(1, EveryHalfMinute))).Next;
        var healthy = After(started, new ContainerEvent.Probed(1, true, ""));
        var again = After(healthy.Next, new ContainerEvent.Probed(1, true, ""));

        Assert.Equal(
            Effects(new WaitToPublish(1, TimeSpan.FromSeconds(12)), new WaitForProbe(1, TimeSpan.FromSeconds(30))),
            healthy.Effects);
        Assert.Equal(Effects(new WaitForProbe(1, TimeSpan.FromSeconds(30))), again.Effects);
        Assert.Equal(TaskState.Starting, again.Next.State);
    }

    [Fact]
    public void One_that_has_been_running_goes_on_and_says_what_is_wrong_until_it_heals()
    {
        var faulty = After(
            Running(isPublished: true), new ContainerEvent.Published(Taken), new ContainerEvent.PublishOverdue(1));
        var healed = After(faulty.Next, new ContainerEvent.Published("")).Next;

        Assert.Empty(faulty.Effects);
        Assert.Equal((TaskState.Running, Taken), (faulty.Next.State, faulty.Next.Report(Start).Reason));
        Assert.Equal("", healed.Report(Start).Reason);
    }

    [Theory]
    [InlineData(TaskState.Starting)]
    [InlineData(TaskState.Running)]
    public void Adopted_it_is_what_its_service_was_told(TaskState state)
    {
        var adopted = After(New(isPublished: true) with { State = state }, new ContainerEvent.Looked(Sighting(1))).Next;

        Assert.Equal((state, true), (adopted.State, adopted.IsServing));
    }

    private static ContainerStep Serving() => After(
        New(isPublished: true), new ContainerEvent.Looked(null), new ContainerEvent.Prepared(Sighting(0)),
        new ContainerEvent.Started(Sighting(1)));
}

using Akka.Actor;
using Swarm.Core;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Cluster.Tests.Services;

public sealed class ServiceEntityRunsTests : ServiceEntityKit
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_run_begins_when_it_is_due_however_far_off_that_is()
    {
        var entity = Started("30 2 * * *");

        for (var minute = 0; minute < 150; minute++) Advance(Minute);

        Assert.Single(Placers.ExpectMsg<PlaceTasks>().Tasks);
        Assert.Equal(
            (1, DateTimeOffset.UnixEpoch.AddMinutes(150)),
            Runs(entity).Select(run => (run.Number, run.DueAt)).Single());
    }

    [Fact]
    public void A_run_that_has_begun_is_neither_begun_again_nor_lost_when_the_entity_comes_up_elsewhere()
    {
        var entity = Started("* * * * *");
        Advance(Minute);
        var asked = Placers.ExpectMsg<PlaceTasks>();
        End(entity);

        entity = StartEntity();

        Assert.Equal(
            asked.Tasks.AsEnumerable(),
            ((PlaceTasks)Placers.FishForMessage(message => message is PlaceTasks)).Tasks);
        Assert.Equal(1, Assert.Single(Runs(entity)).Number);
    }

    [Fact]
    public void A_run_that_came_due_while_there_was_no_entity_begins_once_it_is_there()
    {
        End(Started("*/10 * * * *"));
        Advance(31 * Minute);

        var entity = StartEntity();

        Assert.Single(((PlaceTasks)Placers.FishForMessage(message => message is PlaceTasks)).Tasks);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddMinutes(30), Assert.Single(Runs(entity)).DueAt);
    }

    [Fact]
    public void A_run_that_is_asked_for_twice_with_one_request_begins_once()
    {
        var entity = Started("30 2 * * *");
        var run = new RunJob(new RequestId("mine"), Web);

        entity.Tell(run, TestActor);
        var first = ExpectMsg<ServiceAccepted>();
        entity.Tell(run, TestActor);

        Assert.Equal((first, 1), (ExpectMsg<ServiceAccepted>(), first.Run));
        Assert.True(Assert.Single(Runs(entity)).AskedFor);
    }

    private IActorRef Started(string cron)
    {
        var entity = StartEntity();
        var deploy = Deploy("r1");
        entity.Tell(deploy with
        {
            Spec = deploy.Spec with
            {
                Mode = new ServiceMode.ReplicatedJob(1, 0),
                Job = new JobPolicy { Schedule = new JobSchedule { Cron = cron } },
            },
        }, TestActor);
        ExpectMsg<ServiceAccepted>();
        return entity;
    }

    private void End(IActorRef entity)
    {
        Watch(entity);
        entity.Tell(PoisonPill.Instance);
        ExpectTerminated(entity);
    }

    private System.Collections.Immutable.ImmutableArray<JobRun> Runs(IActorRef entity)
    {
        entity.Tell(new GetService(Web), TestActor);
        return ExpectMsg<ServiceDetails>().Job!.Runs;
    }
}

using System.Collections.Immutable;
using Akka.Actor;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Cluster.Tests.Placement;

public sealed class RebalanceEntityTests : PlacerEntityKit
{
    private static readonly ServiceName Web = new("web");
    private static readonly RebalancePool Pool = new(new RequestId("r1"), "default", DryRun: false);

    [Fact]
    public void A_dry_run_says_what_would_be_moved_and_moves_nothing()
    {
        StartPlacer(Full("a", 1, 1, 2, 3), Node("b"));

        Placer.Tell(Pool with { DryRun = true }, TestActor);
        Tell(1, 2, 3);

        var move = Assert.Single(ExpectMsg<RebalancePlan>().Moves);
        Assert.Equal(("web", "a", "b"), (move.Service.Value, move.From.Value, move.To.Value));
        Settle();
        Services.ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void Tasks_are_moved_one_at_a_time_each_once_the_reports_show_the_one_before()
    {
        StartPlacer(Full("a", 1, 1, 2, 3, 4), Node("b"));
        Placer.Tell(Pool, TestActor);
        Tell(1, 2, 3, 4);
        Assert.Equal(2, ExpectMsg<RebalancePlan>().Moves.Length);

        var first = ExpectMove();
        Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(first.Request, ExpectMove().Request);
        Services.Reply(new ServiceAccepted(first.Request, Web, 1, true));
        Placer.Tell(Full("a", 2, 1, 2, 3));
        Settle();
        Services.ExpectNoMsg(TimeSpan.Zero);
        Placer.Tell(Full("b", 2, 5));

        var second = ExpectMove();
        Assert.NotEqual(first.Task, second.Task);
        Services.Reply(new ServiceAccepted(second.Request, Web, 1, true));
        Placer.Tell(Full("a", 3, 1, 2));
        Placer.Tell(Full("b", 3, 5, 6));
        Settle();
        Placer.Tell(Pool, TestActor);
        Assert.Equal(2, ExpectMsg<RebalancePlan>().Moves.Length);
        Services.ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void The_task_that_takes_the_place_of_a_moved_one_does_not_go_back_to_its_node()
    {
        StartPlacer(Full("a", 1, 1, 2, 3), Node("b") with { Reserved = new Resources(new MilliCpu(3900), Bytes.Zero) });
        Placer.Tell(Pool, TestActor);
        Tell(1, 2, 3);
        ExpectMsg<RebalancePlan>();
        ExpectMove();

        Placer.Tell(Ask(1), TestActor);

        Assert.Equal(new NodeId("b"), ExpectMsg<PlacementsMade>().Placed[0].Node);
    }

    [Fact]
    public void What_a_service_does_not_let_go_is_passed_over_and_what_takes_too_long_ends_it()
    {
        StartPlacer(Full("a", 1, 1, 2, 3, 4), Node("b"));
        Placer.Tell(Pool, TestActor);
        Tell(1, 2, 3, 4);
        ExpectMsg<RebalancePlan>();
        var first = ExpectMove();
        Services.Reply(new RequestRefused("service web is being updated"));
        var second = ExpectMove();
        Assert.NotEqual(first.Task, second.Task);
        Services.Reply(new ServiceAccepted(second.Request, Web, 1, true));

        Placer.Tell(Pool with { Request = new RequestId("r2") }, TestActor);
        Assert.StartsWith("pool default is being rebalanced", ExpectMsg<RequestRefused>().Reason,
            StringComparison.Ordinal);
        var run = Watch(Services.LastSender);
        Advance(TimeSpan.FromMinutes(2));
        ExpectTerminated(run);

        Placer.Tell(Pool with { Request = new RequestId("r3") }, TestActor);
        Services.FishForMessage(message => message is GetService);
    }

    [Fact]
    public void A_move_that_is_only_late_is_asked_for_again_and_no_other_is_made_beside_it()
    {
        StartPlacer(Full("a", 1, 1, 2, 3, 4), Node("b"));
        Placer.Tell(Pool, TestActor);
        Tell(1, 2, 3, 4);
        var run = Services.LastSender;
        ExpectMsg<RebalancePlan>();
        var move = ExpectMove();

        Services.Reply(new RequestRefused("the journal did not say that it took it") { Late = true });
        HaveHeard(Services.LastSender, run);
        Services.ExpectNoMsg(TimeSpan.Zero);
        Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(move, ExpectMove());
    }

    [Fact]
    public void An_answer_to_something_else_is_not_taken_for_that_to_a_move()
    {
        StartPlacer(Full("a", 1, 1, 2, 3, 4), Node("b"));
        Placer.Tell(Pool, TestActor);
        Tell(1, 2, 3, 4);
        var run = Services.LastSender;
        ExpectMsg<RebalancePlan>();
        var first = ExpectMove();
        var asking = Services.LastSender;

        // To a question of before that was given up, and then once more to a move that was passed over.
        run.Tell(new RequestRefused("its owner cannot be reached at present"));
        HaveHeard(run);
        Services.ExpectNoMsg(TimeSpan.Zero);
        asking.Tell(new RequestRefused("service web is being updated"));
        var second = ExpectMove();
        Assert.NotEqual(first.Task, second.Task);
        asking.Tell(new RequestRefused("service web is being updated"));
        HaveHeard(run);
        Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(second, ExpectMove());
    }

    [Fact]
    public void A_service_that_does_not_answer_is_left_out()
    {
        StartPlacer(Full("a", 1, 1, 2, 3), Node("b"));
        Placer.Tell(Pool, TestActor);
        Services.ExpectMsg<GetService>();

        Advance(TimeSpan.FromSeconds(1));

        var plan = ExpectMsg<RebalancePlan>();
        Assert.Empty(plan.Moves);
        Assert.Equal("no service of the pool can be moved now", plan.Reason);
    }

    [Fact]
    public void When_a_node_joins_services_that_allow_it_are_evened_out_by_themselves()
    {
        StartPlacer(Full("a", 1, 1, 2, 3));
        Settle();
        Advance(TimeSpan.FromSeconds(10));
        Settle();
        Services.ExpectNoMsg(TimeSpan.Zero);

        Placer.Tell(Node("b"));
        Settle();
        Advance(TimeSpan.FromSeconds(10));
        Tell(willing: true, 1, 2, 3);

        Assert.StartsWith("rebalance: node a has 3 tasks of it", ExpectMove().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Services_that_do_not_allow_it_stay_when_a_node_joins()
    {
        StartPlacer(Full("a", 1, 1, 2, 3), Node("b"));
        Settle();
        Advance(TimeSpan.FromSeconds(10));

        Tell(willing: false, 1, 2, 3);
        Settle();

        Services.ExpectNoMsg(TimeSpan.Zero);
    }

    private void Tell(params int[] tasks) => Tell(willing: false, tasks);

    private void Tell(bool willing, params int[] tasks)
    {
        Assert.Equal(Web, Services.ExpectMsg<GetService>().Service);
        var spec = new ServiceSpec
        {
            Name = Web,
            Container = new ContainerSpec { Image = "web" },
            RebalancesItself = willing,
        };
        Services.Reply(new ServiceDetails(new ServiceId("s"), spec, 1, UpdateStatus.None, [
            .. tasks.Select(task => new ServiceTask(TaskOf(task), task, 1, TaskState.Running, TaskState.Running)
            {
                Node = new NodeId("a"),
            }),
        ]));
    }

    /// <summary>What these were told before is done once this returns.</summary>
    private void HaveHeard(params IActorRef[] told)
    {
        foreach (var one in told)
        {
            one.Tell(new Identify(one), TestActor);
            ExpectMsg<ActorIdentity>();
        }
    }

    private MoveTask ExpectMove() => Services.ExpectMsg<MoveTask>();

    private static TaskId TaskOf(int number) => TaskId.Of(new ServiceId("s"), number);

    private static NodeReport Full(string id, long report, params int[] tasks) => Node(id, report) with
    {
        Tasks = [.. tasks.Select(TaskOf)],
        Services = ImmutableSortedDictionary<string, int>.Empty.Add("web", tasks.Length),
    };
}

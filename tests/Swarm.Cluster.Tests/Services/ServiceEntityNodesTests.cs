using Akka.Actor;
using Swarm.Cluster.Catalog;
using Swarm.Core;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Cluster.Tests.Services;

public sealed class ServiceEntityNodesTests : ServiceEntityKit
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_move_and_a_rollback_are_answered_once_they_are_persisted()
    {
        var entity = StartEntity();
        var order = Deployed(entity);
        var running = new TaskReport(
            order.Tasks[0].Task, TaskState.Running, "", DateTimeOffset.UnixEpoch, Container: null);
        entity.Tell(new ReportTasks(Web, Node, 1, [running]), TestActor);
        ExpectMsg<TasksReportKept>();

        entity.Tell(new MoveTask(new RequestId("r2"), Web, running.Task, "rebalance"), TestActor);
        Assert.True(ExpectMsg<ServiceAccepted>().Changed);
        Assert.Single(Placers.ExpectMsg<PlaceTasks>().Tasks);
        entity.Tell(new RollbackService(new RequestId("r3"), Web), TestActor);
        Assert.Equal("service web has no specification before this one to go back to",
            ExpectMsg<RequestRefused>().Reason);
    }

    [Fact]
    public void A_node_that_was_lost_and_is_back_is_ordered_to_report_all_once()
    {
        var entity = StartEntity();
        var order = Deployed(entity);
        entity.Tell(new NodeSeen(Web, Node, false, NodeAvailability.Active));
        entity.Tell(new GetService(Web), TestActor);
        ExpectMsg<ServiceDetails>();
        Advance(Second);
        entity.Tell(new GetService(Web), TestActor);
        Assert.Equal(2, ExpectMsg<ServiceDetails>().Tasks.Length);

        entity.Tell(new NodeSeen(Web, Node, true, NodeAvailability.Active));

        Assert.Equal(order.Tasks[0].Task, FishForReportAll().Tasks[0].Task);
    }

    [Fact]
    public void A_global_service_asks_for_its_nodes_until_it_is_answered_and_then_every_twenty_seconds()
    {
        var entity = StartEntity();
        var deploy = Deploy("r1");
        entity.Tell(deploy with { Spec = deploy.Spec with { Mode = new ServiceMode.Global() } }, TestActor);
        ExpectMsg<ServiceAccepted>();
        Placers.ExpectMsg<GetEligibleNodes>();
        Advance(Second);
        Placers.ExpectMsg<GetEligibleNodes>();

        var elsewhere = new GetEligibleNodes("elsewhere", Web, new PlacementRules());
        entity.Tell(new EligibleNodes(Web, []) { Question = elsewhere });
        Advance(Second);
        var question = Placers.ExpectMsg<GetEligibleNodes>();

        entity.Tell(new EligibleNodes(Web, [Node]) { Question = question });
        var asked = Placers.ExpectMsg<PlaceTasks>();
        entity.Tell(new PlacementsMade(Web, asked.Request, asked.Bound, [], ""));
        NextOrder();
        Advance(19 * Second);
        Placers.ExpectNoMsg(TimeSpan.Zero);
        Advance(Second);

        Placers.ExpectMsg<GetEligibleNodes>();
    }

    [Fact]
    public void A_lease_is_given_by_an_entity_that_sees_a_majority_to_a_node_that_is_not_lost()
    {
        var entity = StartEntity();
        var order = DeployedAtMostOnce(entity);

        entity.Tell(new RenewLease(Web, Node, 7), TestActor);
        Assert.Equal(
            new LeaseRenewed(Web, Node, 7, order.Sequence) { Length = Lease.Length }, ExpectMsg<LeaseRenewed>());

        SeesMajority = false;
        entity.Tell(new RenewLease(Web, Node, 8), TestActor);
        Settle(entity);
        SeesMajority = true;
        entity.Tell(new NodeSeen(Web, Node, false, NodeAvailability.Active));
        Settle(entity);
        Advance(Second);
        entity.Tell(new RenewLease(Web, Node, 9), TestActor);
        Settle(entity);
    }

    [Fact]
    public void The_task_of_a_lost_node_is_replaced_when_its_last_lease_and_the_margin_are_over()
    {
        var entity = StartEntity();
        DeployedAtMostOnce(entity);
        Advance(10 * Second);
        entity.Tell(new RenewLease(Web, Node, 1), TestActor);
        ExpectMsg<LeaseRenewed>();
        entity.Tell(new NodeSeen(Web, Node, false, NodeAvailability.Active));
        Settle(entity);
        Advance(Second);
        var asked = (PlaceTasks)Placers.FishForMessage(message => message is PlaceTasks);
        var place = new TaskPlacement(asked.Tasks[0], new NodeId("n2"));
        entity.Tell(new PlacementsMade(Web, asked.Request, [place], [], ""));
        Settle(entity);

        Advance(TimeSpan.FromSeconds(15.9));
        Assert.Equal(TaskState.Ready, Settle(entity).Tasks[1].Desired);
        Advance(TimeSpan.FromSeconds(0.2));

        Assert.Equal(TaskState.Running, Settle(entity).Tasks[1].Desired);
    }

    private ServiceDetails Settle(IActorRef entity)
    {
        entity.Tell(new GetService(Web), TestActor);
        return ExpectMsg<ServiceDetails>();
    }

    private ApplyServiceTasks DeployedAtMostOnce(IActorRef entity)
    {
        var deploy = Deploy("r1");
        return Deployed(entity, deploy with { Spec = deploy.Spec with { AtMostOnce = true } });
    }

    private ApplyServiceTasks FishForReportAll() => (ApplyServiceTasks)((CatalogCommand.TellNode)Catalog.FishForMessage(
        message => message is CatalogCommand.TellNode { Message: ApplyServiceTasks { ReportAll: true } })).Message;
}

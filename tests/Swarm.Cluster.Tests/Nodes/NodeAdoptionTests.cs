using Swarm.Core;
using Swarm.Core.Services;
using Swarm.Runtime;

namespace Swarm.Cluster.Tests.Nodes;

public sealed class NodeAdoptionTests : NodeFixture
{
    [Fact]
    public async Task Containers_go_on_while_the_node_is_away_and_are_adopted_without_a_restart()
    {
        StartNode();
        Order(1, Spec(), (1, TaskState.Running));
        await ReportsAsync();
        await StopNodeAsync();
        Assert.Equal(ContainerPhase.Running, Engine.Find(ContainerOf(1))!.Phase);
        Assert.Empty(Engine.Signals);

        StartNode();

        Assert.Equal(TaskState.Running, (await ReportsAsync())[1].State);
        Assert.Equal(1, Engine.Starts);
    }

    [Fact]
    public async Task A_container_that_ended_meanwhile_is_reported_with_its_code()
    {
        StartNode();
        var job = OrderOf(1, Spec(), (1, TaskState.Running));
        Node.Tell(job with { Templates = [job.Templates[0] with { IsJob = true }] }, Services);
        await ReportsAsync();
        await StopNodeAsync();
        Engine.End(ContainerOf(1), 0, isTold: false);

        StartNode();

        var report = (await ReportsAsync())[1];
        Assert.Equal((TaskState.Complete, 0), (report.State, report.Container!.ExitCode));
    }

    [Fact]
    public async Task What_was_written_before_a_power_cut_is_not_told_before_the_containers_were_looked_at()
    {
        StartNode();
        Order(1, Spec(), (1, TaskState.Running));
        await ReportsAsync();
        await StopNodeAsync();
        Engine.End(ContainerOf(1), -1, isTold: false);

        StartNode();

        var container = (await ReportsAsync())[1].Container!;
        Assert.Equal((-1, 1), (container.ExitCode, container.Restarts));
    }

    [Fact]
    public async Task A_task_that_was_admitted_and_not_yet_made_is_made()
    {
        Engine.HoldsCreates = true;
        StartNode();
        Order(1, Spec(), (1, TaskState.Running));
        await StopNodeAsync();
        Engine.HoldsCreates = false;

        StartNode();

        Assert.Equal(TaskState.Running, (await ReportsAsync())[1].State);
    }

    [Fact]
    public async Task A_stop_that_was_ordered_before_the_node_went_away_is_carried_out()
    {
        Engine.EndsWhenTerminated = false;
        StartNode();
        Order(1, Spec(), (1, TaskState.Running));
        Order(2, Spec(), (1, TaskState.Remove));
        await StopNodeAsync();
        Engine.EndsWhenTerminated = true;

        StartNode();

        Assert.Equal(TaskState.Remove, (await ReportsAsync())[1].State);
        Assert.Empty(Engine.List());
    }

    [Fact]
    public async Task A_container_of_a_task_that_no_one_knows_is_removed_and_one_made_by_hand_is_left_alone()
    {
        StartNode();
        Order(1, Spec(), (1, TaskState.Running));
        await StopNodeAsync();
        Store.Lose("web");
        var byHand = new ContainerDefinition(
            new ContainerId("ab12"), "mine", Engine.Find(ContainerOf(1))!.Definition.Spec);
        await Engine.CreateAsync(byHand, CancellationToken.None);

        StartNode();

        Assert.Equal(byHand.Id, Assert.Single(Engine.List()).Id);
    }

    [Fact]
    public async Task Containers_of_a_service_whose_file_is_broken_are_left_alone_and_taken_up_by_its_next_order()
    {
        StartNode();
        Order(5, Spec(), (1, TaskState.Running), (2, TaskState.Running));
        await StopNodeAsync();
        Store.Lose("web");
        Store.Unreadable["web"] = "/data/node/services/web: its checksum does not fit its content";

        StartNode();
        Assert.Equal(2, Engine.List().Length);
        Order(6, Spec(), (1, TaskState.Running));

        Assert.Equal(TaskState.Running, (await ReportsAsync())[1].State);
        Assert.Equal(ContainerOf(1), Assert.Single(Engine.List()).Id);
        Assert.Equal(2, Engine.Starts);
    }

    [Fact]
    public async Task An_actor_that_crashes_is_made_anew_and_its_container_is_not_restarted()
    {
        StartNode();
        Order(1, Spec(), (1, TaskState.Running));
        await ReportsAsync();

        var services = Sys.ActorSelection(Node.Path / "*" / "*");
        services.Tell(Akka.Actor.Kill.Instance);
        Pass(1);
        Engine.End(ContainerOf(1), 1);
        Pass(0.1);

        Assert.Equal(2, Engine.Starts);
    }
}

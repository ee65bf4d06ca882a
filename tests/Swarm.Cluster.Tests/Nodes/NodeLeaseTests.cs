using Akka.Actor;
using Swarm.Core.Services;
using Swarm.Runtime;

namespace Swarm.Cluster.Tests.Nodes;

public sealed class NodeLeaseTests : NodeFixture
{
    private const int Kill = 9;

    [Fact]
    public async Task Nothing_of_an_at_most_once_service_starts_before_its_node_has_a_lease()
    {
        StartNode();
        Node.Tell(Leased(1, TaskState.Running), Services);
        Pass(3);
        Assert.Equal(0, Engine.Starts);

        await RenewAsync(sequence: 1);

        Assert.Equal(TaskState.Running, (await ReportsAsync())[1].State);
    }

    [Fact]
    public async Task A_lease_given_when_there_was_a_newer_order_lets_nothing_start_until_that_has_come()
    {
        StartNode();
        Node.Tell(Leased(1, TaskState.Running), Services);
        Pass(0.1);
        await RenewAsync(sequence: 2);
        Pass(1);
        Assert.Equal(0, Engine.Starts);

        Node.Tell(Leased(2, TaskState.Shutdown), Services);

        Assert.Equal(TaskState.Shutdown, (await ReportsAsync())[1].State);
        Assert.Equal(0, Engine.Starts);
    }

    [Fact]
    public async Task A_container_whose_lease_is_renewed_goes_on_and_one_whose_lease_is_not_is_killed_at_once()
    {
        await RunAsync();
        for (var second = 0; second < 20; second++)
        {
            await RenewAsync(sequence: 1);
            Pass(1);
        }

        Assert.Equal(ContainerPhase.Running, Engine.Find(ContainerOf(1))!.Phase);
        Pass(4.9);
        Assert.Empty(Engine.Signals);
        Pass(0.2);

        Assert.Equal((ContainerOf(1), Kill), Assert.Single(Engine.Signals));
        var report = (await ReportsAsync())[1];
        Assert.Equal(TaskState.Failed, report.State);
        Assert.Equal("its node could not reach its service: it may be started elsewhere", report.Reason);
        Pass(60);
        Assert.Equal(1, Engine.Starts);
    }

    [Fact]
    public async Task An_answer_counts_from_when_it_was_asked_for()
    {
        await RunAsync();
        var asked = await NextQuestionAsync();
        Pass(5);
        asked.Asker.Tell(AnswerTo(asked.Question), Services);
        Pass(1.1);

        Assert.Equal((ContainerOf(1), Kill), Assert.Single(Engine.Signals));
    }

    [Fact]
    public async Task What_swarmd_left_running_without_a_lease_is_killed_when_it_starts_again()
    {
        await RunAsync();
        await StopNodeAsync();
        Assert.Equal(ContainerPhase.Running, Engine.Find(ContainerOf(1))!.Phase);
        Pass(6);

        StartNode();

        Assert.Equal((ContainerOf(1), Kill), Assert.Single(Engine.Signals));
        Assert.Equal("swarmd was started again, and no lease says that it runs here alone",
            (await ReportsAsync())[1].Reason);
    }

    [Fact]
    public async Task What_swarmd_left_running_goes_on_untouched_when_it_is_back_within_the_lease()
    {
        await RunAsync();
        await StopNodeAsync();
        Pass(4);

        StartNode();
        await RenewAsync(sequence: 1);
        Pass(5);

        Assert.Equal((ContainerPhase.Running, 1), (Engine.Find(ContainerOf(1))!.Phase, Engine.Starts));
        Assert.Empty(Engine.Signals);
        Pass(1.1);
        Assert.Equal((ContainerOf(1), Kill), Assert.Single(Engine.Signals));
    }

    [Fact]
    public async Task By_the_lease_of_an_earlier_swarmd_nothing_starts_and_all_ends_with_it()
    {
        await RunAsync();
        await StopNodeAsync();
        StartNode();
        Node.Tell(Leased(2, (1, TaskState.Running), (2, TaskState.Running)), Services);
        Pass(5);
        Assert.Equal(1, Engine.Starts);
        Assert.Empty(Engine.Signals);

        Pass(1.1);

        Assert.Equal((ContainerOf(1), Kill), Assert.Single(Engine.Signals));
        Assert.Equal(1, Engine.Starts);
    }

    [Fact]
    public async Task A_lease_that_nobody_counts_but_swarmd_itself_is_not_taken()
    {
        await RunAsync();
        Engine.KeepsNoLease = true;
        for (var second = 0; second < 4; second++)
        {
            await RenewAsync(sequence: 1);
            Pass(1);
        }

        Assert.Empty(Engine.Signals);
        Pass(2.1);

        Assert.Equal((ContainerOf(1), Kill), Assert.Single(Engine.Signals));
    }

    [Fact]
    public async Task A_lease_lasts_as_long_as_the_service_says_and_is_forgotten_with_the_last_task()
    {
        StartNode();
        Node.Tell(Leased(1, TaskState.Running), Services);
        Pass(0.1);
        var (question, asker) = await NextQuestionAsync();
        asker.Tell(AnswerTo(question) with { Length = TimeSpan.FromSeconds(60) }, Services);
        Pass(58);
        Assert.Equal(ContainerPhase.Running, Engine.Find(ContainerOf(1))!.Phase);
        Assert.Single(Engine.Leases);

        Node.Tell(Leased(2, TaskState.Remove), Services);
        await ReportsAsync();

        Assert.Empty(Engine.Leases);
    }

    [Fact]
    public async Task On_a_full_disk_its_end_is_told_only_when_it_is_kept()
    {
        await RunAsync();
        Store.IsFull = true;
        Pass(6);
        Assert.Single(Engine.Signals);
        Assert.Empty(await ReportsAsync());

        Store.IsFull = false;
        Pass(2);

        Assert.Equal(TaskState.Failed, (await ReportsAsync())[1].State);
    }

    private static ApplyServiceTasks Leased(long sequence, TaskState desired) => Leased(sequence, (1, desired));

    private static ApplyServiceTasks Leased(long sequence, params (int Task, TaskState Desired)[] tasks)
    {
        var order = OrderOf(sequence, Spec(), tasks);
        return order with { Templates = [order.Templates[0] with { AtMostOnce = true }] };
    }

    private static LeaseRenewed AnswerTo(RenewLease question, long sequence = 1) =>
        new(question.Service, question.Node, question.Round, sequence);

    private async Task RunAsync()
    {
        StartNode();
        Node.Tell(Leased(1, TaskState.Running), Services);
        Pass(0.1);
        await RenewAsync(sequence: 1);
        Assert.Equal(TaskState.Running, (await ReportsAsync())[1].State);
    }

    private async Task RenewAsync(long sequence)
    {
        var (question, asker) = await NextQuestionAsync();
        asker.Tell(AnswerTo(question, sequence), Services);
    }

    /// <summary>The latest one that waits for an answer, or the next.</summary>
    private async Task<(RenewLease Question, IActorRef Asker)> NextQuestionAsync()
    {
        (RenewLease, IActorRef)? last = null;
        for (var tries = 0; last is null && tries < 2; tries++)
        {
            if (tries > 0) Pass(1);
            while (Services.HasMessages)
            {
                if (await Services.ReceiveOneAsync() is RenewLease question) last = (question, Services.LastSender);
            }
        }

        return last ?? throw new Xunit.Sdk.XunitException("the node asked for no lease");
    }
}

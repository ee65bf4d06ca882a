using System.Collections.Immutable;
using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Cluster.Catalog;
using Swarm.Cluster.Clients;
using Swarm.Core;
using Swarm.Core.Clients;
using Swarm.Core.Containers;
using Swarm.Core.Placement;
using Swarm.Core.Services;
using Swarm.Wire;

namespace Swarm.Cluster.Tests.Clients;

public sealed class GatewayActorTests : TestKit
{
    private static readonly Config Hocon = ConfigurationFactory.ParseString("""
        akka {
          loglevel = ERROR
          test.single-expect-default = 20 s
          actor.serialize-messages = on
          scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
        }
        """).WithFallback(WireConfiguration.Hocon);

    private static readonly ServiceName Web = new("web");
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private static readonly GetServiceLogs AllLogs = new(
        Web, ImmutableSortedDictionary<string, string>.Empty, Tail: 10);

    private readonly TestProbe _services;
    private readonly TestProbe _catalog;
    private readonly TestProbe _journal;
    private readonly TestProbe _placers;
    private readonly IActorRef _gateway;

    public GatewayActorTests()
        : base(Hocon)
    {
        _services = CreateTestProbe();
        _catalog = CreateTestProbe();
        _journal = CreateTestProbe();
        _placers = CreateTestProbe();
        var way = new GatewayWay(
            _services, CreateTestProbe(), CreateTestProbe(), _placers, _catalog, _journal);
        _gateway = Sys.ActorOf(GatewayActor.Props(way, Timeout, NullLoggerFactory.Instance));
    }

    [Fact]
    public void A_request_reaches_its_owner_and_the_answer_its_client()
    {
        _gateway.Tell(new GetService(Web), TestActor);
        _services.ExpectMsg<GetService>();
        _services.Reply(new RequestRefused("there is no service web") { NotFound = true });

        Assert.True(ExpectMsg<RequestRefused>().NotFound);
    }

    [Fact]
    public void A_rollback_is_a_clients_to_ask_for_and_a_move_is_not()
    {
        _gateway.Tell(new RollbackService(new RequestId("r1"), Web), TestActor);
        _services.ExpectMsg<RollbackService>();
        _gateway.Tell(new MoveTask(new RequestId("r2"), Web, new TaskId("s1.1"), ""), TestActor);

        Assert.Equal("MoveTask is not for clients to send", ExpectMsg<RequestRefused>().Reason);
    }

    [Fact]
    public void A_request_that_its_owner_does_not_answer_is_told_to_be_late_and_why()
    {
        AskInVain();
        _journal.Reply(new JournalTried("the journal takes nothing: disk full"));

        var late = ExpectMsg<RequestRefused>();
        Assert.True(late.Late);
        Assert.Contains(
            "not answered within 10 s: the journal takes nothing: disk full", late.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_is_late_for_the_journal_that_does_not_answer_either()
    {
        AskInVain();

        ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromSeconds(2));

        Assert.Contains("the journal does not answer", ExpectMsg<RequestRefused>().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_that_comes_while_the_journal_is_tried_is_passed_on()
    {
        AskInVain();
        _services.Reply(new RequestRefused("there is no service web") { NotFound = true });

        Assert.True(ExpectMsg<RequestRefused>().NotFound);
    }

    [Fact]
    public void At_its_limit_the_gateway_is_late_and_refuses_for_good_only_what_it_would_refuse_at_any_time()
    {
        for (var open = 0; open < GatewayActor.MostAtOnce; open++) _gateway.Tell(new GetService(Web), TestActor);
        for (var open = 0; open < GatewayActor.MostAtOnce; open++) _services.ExpectMsg<GetService>();

        _gateway.Tell(new RemoveService(new RequestId("r1"), Web), TestActor);
        var busy = ExpectMsg<RequestRefused>();
        Assert.True(busy.Late);
        Assert.Contains("busy with 1000 requests", busy.Reason, StringComparison.Ordinal);
        _gateway.Tell(new GetService(new ServiceName("")), TestActor);
        Assert.False(ExpectMsg<RequestRefused>().Late);
    }

    [Fact]
    public void What_only_nodes_may_send_is_refused()
    {
        _gateway.Tell(new TasksApplied(Web, new NodeId("n"), 1), TestActor);

        Assert.Contains(
            "TasksApplied is not for clients", ExpectMsg<RequestRefused>().Reason, StringComparison.Ordinal);
        _services.ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void A_pool_is_balanced_by_its_placer()
    {
        _gateway.Tell(new RebalancePool(new RequestId("r"), "default", DryRun: true), TestActor);
        _placers.ExpectMsg<RebalancePool>();
        _placers.Reply(new RebalancePlan(new RequestId("r"), [], "it is even"));

        Assert.Equal("it is even", ExpectMsg<RebalancePlan>().Reason);
    }

    [Fact]
    public void A_service_is_rolled_back_by_its_entity()
    {
        _gateway.Tell(new RollbackService(new RequestId("r"), Web), TestActor);

        Assert.Equal(Web, _services.ExpectMsg<RollbackService>().Service);
    }

    [Fact]
    public void A_request_without_a_name_is_refused()
    {
        _gateway.Tell(new GetService(new ServiceName("")), TestActor);

        Assert.Equal("the service has no name", ExpectMsg<RequestRefused>().Reason);
    }

    [Fact]
    public void An_answer_too_large_for_the_wire_is_refused_instead_of_lost()
    {
        var half = new ServiceListing(
            Web, new ServiceId("i"), new ServiceMode.Replicated(1), new string('x', WireLimits.NodeBytes / 2), 0, 1);

        var refused = Assert.IsType<RequestRefused>(RequestActor.Fitting(new ServiceList([half, half])));

        Assert.Contains("245760 fit into one", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Log_lines_of_several_tasks_come_in_one_page_in_the_order_of_time()
    {
        AskLogs(Task(1, "n1"), Task(2, "n2"));
        Answer(Page(1, At(3)));
        Answer(Page(2, At(1), At(5)));

        var page = ExpectMsg<ServiceLogPage>();

        Assert.Equal([At(1), At(3), At(5)], page.Lines.Select(line => line.At));
        Assert.Equal(["p1", "p2"], page.Positions.Values);
        Assert.Empty(page.Warnings);
    }

    [Fact]
    public void Logs_are_asked_of_the_tasks_of_every_page()
    {
        _gateway.Tell(AllLogs, TestActor);
        _services.ExpectMsg<GetService>();
        _services.Reply(Details(Task(1, "n1")) with { Next = 1 });
        Assert.Equal(1, _services.ExpectMsg<GetService>().After);
        _services.Reply(Details(Task(2, "n2")));
        Answer(Page(1, At(3)));
        Answer(Page(2, At(1)));

        Assert.Equal(["p1", "p2"], ExpectMsg<ServiceLogPage>().Positions.Values);
    }

    [Fact]
    public void Tasks_that_ended_without_having_run_have_no_log_and_cost_no_warning()
    {
        AskLogs(Task(1, "n1") with { State = TaskState.Rejected }, Task(2, "n2"));
        Answer(Page(2, At(1)));

        Assert.Equal("p2", ExpectMsg<ServiceLogPage>().Positions.Values.Single());
    }

    [Fact]
    public void A_node_that_does_not_answer_costs_its_lines_and_a_warning_not_the_page()
    {
        AskLogs(Task(1, "n1"), Task(2, "n2"));
        Answer(Page(1, At(3)));
        _catalog.ExpectMsg<CatalogCommand.TellNode>();

        ((TestScheduler)Sys.Scheduler).Advance(Timeout / 2);

        var page = ExpectMsg<ServiceLogPage>();
        Assert.Single(page.Lines);
        Assert.Equal("node n2 did not answer for task web.2", page.Warnings.Single());
    }

    private void AskInVain()
    {
        _gateway.Tell(new GetService(Web), TestActor);
        _services.ExpectMsg<GetService>();
        ((TestScheduler)Sys.Scheduler).Advance(Timeout);
        _journal.ExpectMsg<TryJournal>();
    }

    private void AskLogs(params ServiceTask[] tasks)
    {
        _gateway.Tell(AllLogs, TestActor);
        _services.ExpectMsg<GetService>();
        _services.Reply(Details(tasks));
    }

    private static ServiceDetails Details(params ServiceTask[] tasks)
    {
        var spec = new ServiceSpec { Name = Web, Container = new ContainerSpec { Image = "busybox" } };
        return new ServiceDetails(new ServiceId("web"), spec, 1, UpdateStatus.None, [.. tasks]);
    }

    private void Answer(TaskLogPage page)
    {
        _catalog.ExpectMsg<CatalogCommand.TellNode>();
        _catalog.Reply(page);
    }

    private static ServiceTask Task(int number, string node) =>
        new(TaskId.Of(new ServiceId("web"), number), number, 1, TaskState.Running, TaskState.Running)
        {
            Node = new NodeId(node)
        };

    private static DateTimeOffset At(int second) => DateTimeOffset.UnixEpoch.AddSeconds(second);

    private static TaskLogPage Page(int task, params DateTimeOffset[] lines)
    {
        var id = TaskId.Of(new ServiceId("web"), task);
        return new TaskLogPage(
            id, [.. lines.Select(at => new LogLine(id, task, at, false, "line"))], $"p{task}", false, "");
    }
}

using Swarm.Core;
using Swarm.Core.Services;
using Swarm.Runtime;
using Swarm.Wire;

namespace Swarm.Cluster.Tests.Nodes;

public sealed class NodeOrdersTests : NodeFixture
{
    [Fact]
    public async Task An_order_is_kept_then_acknowledged_and_its_tasks_run_and_are_reported()
    {
        StartNode();

        Order(7, Spec(), (1, TaskState.Running), (2, TaskState.Running));

        Assert.Equal(new TasksApplied(new ServiceName("web"), Id, 7), await Services.ExpectMsgAsync<TasksApplied>());
        var reports = await ReportsAsync();
        Assert.Equal([TaskState.Running, TaskState.Running], reports.Values.Select(report => report.State));
        Assert.Equal("10.88.0.2", Assert.Single(reports[1].Container!.Addresses));
        Assert.Equal(7, Store["web"].Sequence);
        Assert.Equal("web.1.s1.1", Engine.Find(ContainerOf(1))!.Definition.Name);
    }

    [Fact]
    public async Task A_service_is_told_which_image_a_task_was_made_of_where_it_did_not_say_so_itself()
    {
        StartNode();

        Order(7, Spec() with { PinnedImage = null }, (1, TaskState.Running));
        Order(8, Spec(), (1, TaskState.Running), (2, TaskState.Running));

        var told = new List<ImageResolved>();
        while (Services.HasMessages)
        {
            if (await Services.ReceiveOneAsync() is ImageResolved resolved) told.Add(resolved);
        }

        Assert.Equal([new ImageResolved(new ServiceName("web"), "web", FakeContainerEngine.Image)], told);
    }

    [Fact]
    public async Task Nothing_is_acknowledged_or_run_before_it_is_on_disk()
    {
        Store.IsFull = true;
        StartNode();

        Order(7, Spec(), (1, TaskState.Running));

        Assert.False(Services.HasMessages);
        Assert.Empty(Engine.List());
        Store.IsFull = false;
        Pass(1);
        await Services.ExpectMsgAsync<TasksApplied>();
        Assert.Equal(1, Engine.Starts);
    }

    [Fact]
    public void A_task_is_stopped_only_once_it_is_kept_that_it_shall_be()
    {
        StartNode();
        Order(1, Spec(), (1, TaskState.Running));
        Store.Hold();

        Order(2, Spec(), (1, TaskState.Remove));
        Assert.Empty(Engine.Signals);
        Store.Release();

        Assert.Equal(TaskState.Remove, Store["web"].Tasks[0].Desired);
        Assert.Equal([(ContainerOf(1), 15)], Engine.Signals);
    }

    [Fact]
    public void On_a_full_disk_a_task_is_stopped_though_nothing_can_be_kept()
    {
        StartNode();
        Order(1, Spec(), (1, TaskState.Running));
        Store.IsFull = true;

        Order(2, Spec(), (1, TaskState.Remove));

        Assert.Equal([(ContainerOf(1), 15)], Engine.Signals);
        Assert.Empty(Engine.List());
    }

    [Fact]
    public async Task A_task_that_was_made_and_is_not_to_run_any_more_leaves_nothing_on_the_host()
    {
        StartNode();
        Order(1, Spec(), (1, TaskState.Ready));
        Assert.Single(Engine.List());

        Order(2, Spec(), (1, TaskState.Shutdown));

        Assert.Empty(Engine.List());
        Assert.Equal(TaskState.Shutdown, (await ReportsAsync())[1].State);
    }

    [Fact]
    public async Task An_older_order_is_refused_with_the_number_seen_and_a_repeated_one_is_acknowledged_again()
    {
        StartNode();
        Order(7, Spec(), (1, TaskState.Running));
        await ReportsAsync();

        Order(6, Spec(), (1, TaskState.Remove), (2, TaskState.Running));
        Assert.Equal(7, (await Services.ExpectMsgAsync<TasksApplied>()).Sequence);
        Order(7, Spec(), (1, TaskState.Running));

        Assert.Equal(7, (await Services.ExpectMsgAsync<TasksApplied>()).Sequence);
        Assert.Equal(1, Engine.Starts);
        Assert.Equal(ContainerPhase.Running, Engine.Find(ContainerOf(1))!.Phase);
    }

    [Fact]
    public async Task The_fence_holds_over_a_restart_of_the_node()
    {
        StartNode();
        Order(7, Spec(), (1, TaskState.Running));
        await StopNodeAsync();
        StartNode();
        await ReportsAsync();

        Order(6, Spec(), (1, TaskState.Remove));

        Assert.Equal(7, (await Services.ExpectMsgAsync<TasksApplied>()).Sequence);
        Assert.Equal(ContainerPhase.Running, Engine.Find(ContainerOf(1))!.Phase);
    }

    [Fact]
    public async Task What_does_not_fit_is_rejected_in_numbers_and_the_rest_runs()
    {
        StartNode();
        var order = OrderOf(1, Spec(), (1, TaskState.Running), (2, TaskState.Running), (3, TaskState.Running));

        Node.Tell(order with { Templates = [order.Templates[0] with { Reservations = Capacity(0, 500) }] }, Services);

        var reports = await ReportsAsync();
        Assert.Equal((TaskState.Rejected, "short of memory: 500 asked, 24 free of 1024 MiB"),
            (reports[3].State, reports[3].Reason));
        Assert.Equal(2, Engine.Starts);
    }

    [Fact]
    public async Task A_report_is_repeated_until_it_is_kept()
    {
        StartNode();
        Order(1, Spec(), (1, TaskState.Running));
        var first = await ReportsAsync(acknowledge: false);

        Pass(1);
        var again = await ReportsAsync(acknowledge: true);
        Pass(5);

        Assert.Equal(TaskState.Running, first[1].State);
        Assert.Equal(first[1].State, again[1].State);
        Assert.Empty(await ReportsAsync());
    }

    [Fact]
    public async Task A_task_that_is_not_listed_any_more_is_stopped_removed_and_forgotten_once_the_service_knows()
    {
        StartNode();
        Order(1, Spec(), (1, TaskState.Running), (2, TaskState.Running));
        await ReportsAsync();

        Order(2, Spec(), (2, TaskState.Running));
        var reports = await ReportsAsync();
        Pass(1);

        Assert.Equal(TaskState.Remove, reports[1].State);
        Assert.Null(Engine.Find(ContainerOf(1)));
        Assert.Equal(TaskOf(2), Assert.Single(Store["web"].Tasks).Task);
    }

    [Fact]
    public async Task A_task_that_the_service_does_not_know_is_removed()
    {
        StartNode();
        Order(1, Spec(), (1, TaskState.Running));
        var report = (ReportTasks)(await Services.FishForMessageAsync(message => message is ReportTasks))!;

        Node.Tell(new TasksReportKept(report.Service, Id, report.Report, [TaskOf(1)], Sequence: 1), Services);
        Pass(0.02);

        Assert.Null(Engine.Find(ContainerOf(1)));
        Assert.Equal(TaskState.Remove, (await ReportsAsync())[1].State);
    }

    [Fact]
    public async Task An_incarnation_that_does_not_know_of_an_order_has_no_say_in_its_tasks()
    {
        StartNode();
        Order(2, Spec(), (1, TaskState.Running));
        var report = (ReportTasks)(await Services.FishForMessageAsync(message => message is ReportTasks))!;

        Node.Tell(new TasksReportKept(report.Service, Id, report.Report, [TaskOf(1)], Sequence: 1), Services);

        Assert.Equal(TaskState.Running, (await ReportsAsync())[1].State);
        Assert.NotNull(Engine.Find(ContainerOf(1)));
    }

    [Fact]
    public async Task A_task_to_be_removed_that_was_never_here_is_reported_as_removed()
    {
        StartNode();

        Order(1, Spec(), (1, TaskState.Remove));

        Assert.Equal(TaskState.Remove, (await ReportsAsync())[1].State);
        Assert.Empty(Engine.List());
    }

    [Fact]
    public async Task A_service_of_which_nothing_is_left_is_fenced_for_an_hour_and_then_forgotten()
    {
        StartNode();
        Order(5, Spec(), (1, TaskState.Running));
        Order(6, Spec());
        await ReportsAsync();
        Pass(1);
        Assert.Empty(Store["web"].Tasks);

        Pass(3600);
        Assert.False(Store.Keeps("web"));
        Order(1, Spec(), (9, TaskState.Running));

        Assert.Equal(TaskState.Running, (await ReportsAsync())[9].State);
    }

    [Fact]
    public async Task Three_thousand_tasks_of_one_service_are_ordered_acknowledged_and_reported_in_messages_that_fit()
    {
        StartNode();
        var order = OrderOf(7, Spec(), [.. Enumerable.Range(1, 3000).Select(task => (task, TaskState.Ready))]);
        var parts = ServiceRules.Split(order);

        foreach (var part in parts.Take(parts.Length - 1)) Node.Tell(part, Services);
        Assert.False(Services.HasMessages);
        Assert.Empty(Engine.List());
        Node.Tell(parts[^1], Services);

        Assert.Equal(7, (await Services.ExpectMsgAsync<TasksApplied>()).Sequence);
        var told = new Dictionary<TaskId, TaskState>();
        while (told.Count(task => task.Value == TaskState.Ready) < 3000)
        {
            Pass(0.05);
            if (await Services.ReceiveOneAsync() is not ReportTasks report) continue;
            Assert.InRange(SwarmSerializer.Measure(report), 1, WireLimits.NodeBytes);
            foreach (var task in report.Tasks) told[task.Task] = task.State;
            Node.Tell(new TasksReportKept(report.Service, Id, report.Report, [], long.MaxValue), Services);
        }

        Assert.Equal(3000, Engine.List().Length);
    }

    [Fact]
    public async Task Fifty_tasks_are_made_eight_at_a_time_and_all_run()
    {
        Engine.HoldsCreates = true;
        StartNode();

        Order(1, Spec(), [.. Enumerable.Range(1, 50).Select(task => (task, TaskState.Running))]);
        for (var made = 0; made < 50; made++) await Engine.LetCreateAsync();

        Assert.Equal(8, Engine.MostCreating);
        AwaitAssert(() => Assert.Equal(50, Engine.Starts));
        Assert.Equal(1, Store["web"].Sequence);
    }
}

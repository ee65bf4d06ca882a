using Swarm.Cluster.Disk;
using Swarm.Core;
using Swarm.Core.Clients;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;
using Swarm.Core.Services;
using Swarm.Runtime;

namespace Swarm.Cluster.Tests.Nodes;

public sealed class NodeReportingTests : NodeFixture
{
    [Fact]
    public async Task A_node_registers_until_it_is_answered()
    {
        StartNode();

        var first = await Nodes.ExpectMsgAsync<RegisterNode>();
        Pass(1);
        await Nodes.ExpectMsgAsync<RegisterNode>();
        Node.Tell(new NodeRegistered(Id, NodeSettings.Default), Nodes);
        Pass(50);

        Assert.Equal(Capacity(2000, 1024), first.Description.Capacity);
        Assert.False(Nodes.HasMessages);
    }

    [Fact]
    public async Task A_change_is_told_to_the_placer_and_the_catalog_and_the_heartbeat_tells_it_again()
    {
        StartNode();
        var order = OrderOf(1, Spec(new PublishedPort(80, 8080, Mode: PublishMode.Host)), (1, TaskState.Running));
        Node.Tell(order with { Templates = [order.Templates[0] with { Reservations = Capacity(500, 100) }] }, Services);
        Pass(0.02);

        var report = await Placers.ExpectMsgAsync<NodeReport>();
        var listing = await Catalog.ExpectMsgAsync<NodeListing>();
        Pass(5);

        Assert.Equal(Capacity(500, 100), report.Reserved);
        Assert.Equal(TaskOf(1), Assert.Single(report.Tasks));
        Assert.Equal(8080, Assert.Single(report.HostPorts).HostPort);
        Assert.Equal((1, true), (listing.RunningTasks, listing.Reachable));
        Assert.True((await Placers.ExpectMsgAsync<NodeReport>()).Report > report.Report);
    }

    [Fact]
    public async Task A_placer_that_asks_is_told_at_once()
    {
        var layer = new NodeLayer(DigestOf('2'), new Bytes(700));
        Images.Here = [new NodeImage(DigestOf('a'), [layer]), new NodeImage(DigestOf('1'), [])];
        StartNode();

        Node.Tell(new GetNodeReport("other"), Placers);
        Assert.False(Placers.HasMessages);
        Node.Tell(new GetNodeReport("default"), Placers);

        var report = await Placers.ExpectMsgAsync<NodeReport>();
        Assert.Equal(Resources.None, report.Reserved);
        Assert.Equal([0x1111_1111_1111_1111, 0xaaaa_aaaa_aaaa_aaaa], report.Images.AsEnumerable());
        Assert.Equal([new ReportedLayer(0x2222_2222_2222_2222, 700)], report.Layers.AsEnumerable());
        Assert.Equal([[], [0]], report.LayersOfImages.Select(layers => layers.AsEnumerable()));

        static Digest DigestOf(char digit) => new("sha256:" + new string(digit, 64));
    }

    [Fact]
    public async Task A_node_that_is_drained_takes_nothing_new_and_says_so()
    {
        StartNode();
        Node.Tell(new NodeRegistered(Id, new NodeSettings(NodeAvailability.Drain, 1)), Nodes);

        Order(1, Spec(), (1, TaskState.Running));

        Assert.Equal("the node takes no tasks: it is set to drain", (await ReportsAsync())[1].Reason);
        Assert.Equal(NodeAvailability.Drain, (await Placers.ExpectMsgAsync<NodeReport>()).Settings.Availability);
    }

    [Fact]
    public async Task What_the_service_has_kept_is_reported_again_when_it_asks_for_all()
    {
        StartNode();
        Order(1, Spec(), (1, TaskState.Running));
        await ReportsAsync();
        Assert.Empty(await ReportsAsync());

        Node.Tell(OrderOf(2, Spec(), (1, TaskState.Running)) with { ReportAll = true }, Services);

        Assert.Equal(TaskState.Running, (await ReportsAsync())[1].State);
        Assert.Empty(await ReportsAsync());
    }

    [Fact]
    public async Task A_service_that_was_removed_while_the_node_was_away_is_stopped_within_a_minute()
    {
        StartNode();
        Order(1, Spec(), (1, TaskState.Running));
        await ReportsAsync();

        Pass(60);
        Pass(0.05);
        var report = await Services.ExpectMsgAsync<ReportTasks>();
        Node.Tell(new TasksReportKept(report.Service, Id, report.Report, [TaskOf(1)], Sequence: 1), Services);
        Pass(0.02);

        Assert.Equal(TaskState.Remove, (await ReportsAsync())[1].State);
    }

    [Fact]
    public async Task What_operators_keep_back_for_the_system_is_not_given_to_tasks_and_not_told_to_the_placer()
    {
        StartNode();
        await Nodes.ExpectMsgAsync<RegisterNode>();
        var settings = new NodeSettings(NodeAvailability.Active, 1) { SystemReserved = Capacity(1100, 0) };
        Node.Tell(new NodeRegistered(Id, settings), Nodes);

        var order = OrderOf(1, Spec(), (1, TaskState.Running));
        Node.Tell(order with { Templates = [order.Templates[0] with { Reservations = Capacity(1500, 0) }] }, Services);

        Assert.Equal("short of CPU: 1.5 asked, 1 free of 1 cores", (await ReportsAsync())[1].Reason);
        Assert.Equal(Capacity(1000, 1280), (await Placers.ExpectMsgAsync<NodeReport>()).Node.Capacity);
        Assert.Equal(Capacity(1000, 1280), (await Nodes.ExpectMsgAsync<RegisterNode>()).Description.Capacity);
    }

    [Fact]
    public async Task A_full_disk_is_told_to_the_placer_and_new_tasks_are_rejected_until_there_is_room()
    {
        const string Fault = "the disk is full: 97 % of 100 MiB used, 3 MiB free";
        StartNode();
        Order(1, Spec(), (1, TaskState.Running));
        await ReportsAsync();

        Node.Tell(new DiskSeen(Fault), Nodes);
        Pass(0.02);
        await Placers.FishForMessageAsync<NodeReport>(report => report.IsDiskFull);
        Order(2, Spec(), (1, TaskState.Running), (2, TaskState.Running));
        var rejected = (await ReportsAsync())[2];
        Node.Tell(new DiskSeen(""), Nodes);
        Pass(0.02);
        await Placers.FishForMessageAsync<NodeReport>(report => !report.IsDiskFull);
        Order(3, Spec(), (1, TaskState.Running), (3, TaskState.Running));

        Assert.Equal((TaskState.Rejected, Fault), (rejected.State, rejected.Reason));
        Assert.NotEqual(TaskState.Rejected, (await ReportsAsync())[3].State);
        Assert.Equal(ContainerPhase.Running, Engine.Find(ContainerOf(1))!.Phase);
    }

    [Fact]
    public async Task Settings_that_were_overtaken_by_newer_ones_are_not_taken_up()
    {
        StartNode();
        Node.Tell(new NodeRegistered(Id, new NodeSettings(NodeAvailability.Active, 2)), Nodes);
        Node.Tell(new NodeRegistered(Id, new NodeSettings(NodeAvailability.Drain, 1)), Nodes);

        Order(1, Spec(), (1, TaskState.Running));

        Assert.NotEqual(TaskState.Rejected, (await ReportsAsync())[1].State);
    }

    [Fact]
    public async Task A_report_tells_how_many_tasks_of_each_service_there_are()
    {
        StartNode();
        Order(1, Spec(), (1, TaskState.Running), (2, TaskState.Running));
        Pass(0.02);

        Assert.Equal(2, (await Placers.ExpectMsgAsync<NodeReport>()).Services["web"]);
    }

    [Fact]
    public async Task A_page_of_a_log_fits_into_what_was_asked_even_where_its_lines_are_short()
    {
        Engine.Log = [.. Enumerable.Range(0, 5000).Select(_ => new LogEntry(DateTimeOffset.UnixEpoch, false, "x"))];
        StartNode();
        Order(1, Spec(), (1, TaskState.Running));

        Node.Tell(new GetTaskLogs(TaskOf(1), null, null, 8192), TestActor);
        var page = await ExpectMsgAsync<TaskLogPage>();
        Node.Tell(new GetTaskLogs(TaskOf(1), page.Position, null, 8192), TestActor);
        var next = await ExpectMsgAsync<TaskLogPage>();

        Assert.InRange(page.Lines.Length, 50, 8192 / 64);
        Assert.True(page.More);
        Assert.Equal(1, page.Lines[0].Slot);
        Assert.Equal($"{page.Lines.Length + next.Lines.Length}", next.Position);
    }

    [Fact]
    public async Task A_log_that_is_not_here_is_a_warning()
    {
        StartNode();

        Node.Tell(new GetTaskLogs(TaskOf(9), null, null, 8192), TestActor);

        Assert.Equal(
            "task s1.9: its container is not on this node any more", (await ExpectMsgAsync<TaskLogPage>()).Warning);
    }
}

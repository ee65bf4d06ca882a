using Swarm.Core.Containers;
using Swarm.Core.Nodes;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Nodes;

public sealed class NodeAdmissionTests
{
    private static readonly NodeLedger Empty = new(new Resources(new MilliCpu(2000), Bytes.FromMebibytes(1024), 100));

    [Fact]
    public void Tasks_are_admitted_until_the_node_is_full_and_the_rest_is_rejected_in_numbers()
    {
        var taken = NodeAdmission.Take(Empty, Order("web", 1, 3, Reserve(memoryMebibytes: 400)));

        Assert.Equal(OrderAge.Newer, taken.Age);
        Assert.Equal("short of memory: 400 asked, 224 free of 1024 MiB", Assert.Single(taken.Rejected).Value);
        Assert.Equal(Bytes.FromMebibytes(800), taken.Ledger.Reserved.Memory);
    }

    [Fact]
    public void What_a_task_reserved_is_free_again_once_it_has_ended()
    {
        var full = NodeAdmission.Take(Empty, Order("web", 1, 1, Reserve(milliCpu: 1500))).Ledger;

        var before = NodeAdmission.Take(full, Order("api", 1, 1, Reserve(milliCpu: 600)));
        var after = NodeAdmission.Take(full.Release(Task("web", 0)), Order("api", 1, 1, Reserve(milliCpu: 600)));

        Assert.Equal("short of CPU: 0.6 asked, 0.5 free of 2 cores", Assert.Single(before.Rejected).Value);
        Assert.Empty(after.Rejected);
    }

    [Fact]
    public void A_task_without_reservations_fits_on_a_node_that_is_more_than_full()
    {
        var over = Empty.Restore(
            new ServiceName("old"), 1,
            [new(Task("old", 0), new TaskClaim(new("old"), Reserve(milliCpu: 9000), [], true))]);

        Assert.Empty(NodeAdmission.Take(over, Order("web", 1, 1, Resources.None)).Rejected);
    }

    [Fact]
    public void With_a_full_disk_new_tasks_are_rejected_with_the_reason_and_those_that_are_here_stay()
    {
        var before = NodeAdmission.Take(Empty, Order("web", 1, 1, Resources.None)).Ledger;

        var taken = NodeAdmission.Take(
            before with { DiskFault = "the disk is full: 96 % of 100 MiB used" }, Order("web", 2, 2, Resources.None));

        var rejected = Assert.Single(taken.Rejected);
        Assert.Equal((Task("web", 1), "the disk is full: 96 % of 100 MiB used"), (rejected.Key, rejected.Value));
        Assert.Single(taken.Ledger.Held);
    }

    [Fact]
    public void A_port_of_the_host_belongs_to_one_task_and_an_ingress_port_to_one_service()
    {
        var hostPort = new PublishedPort(80, 8080, Mode: PublishMode.Host);
        var ingress = new PublishedPort(80, 8080);

        var twiceHost = NodeAdmission.Take(Empty, Order("web", 1, 2, Resources.None, hostPort));
        var twiceIngress = NodeAdmission.Take(Empty, Order("web", 1, 2, Resources.None, ingress));
        var other = NodeAdmission.Take(twiceIngress.Ledger, Order("api", 1, 1, Resources.None, ingress));

        Assert.Equal(
            "port 8080/tcp of the host is taken by task web.1", Assert.Single(twiceHost.Rejected).Value);
        Assert.Empty(twiceIngress.Rejected);
        Assert.Equal(
            "port 8080/tcp of the host is taken by service web", Assert.Single(other.Rejected).Value);
    }

    [Fact]
    public void An_older_order_changes_nothing_and_the_same_again_is_told_apart()
    {
        var first = NodeAdmission.Take(Empty, Order("web", 7, 2, Resources.None)).Ledger;

        var stale = NodeAdmission.Take(first, Order("web", 6, 5, Resources.None));
        var again = NodeAdmission.Take(first, Order("web", 7, 2, Resources.None));

        Assert.Equal((OrderAge.Stale, OrderAge.Repeated), (stale.Age, again.Age));
        Assert.Same(first, stale.Ledger);
        Assert.Same(first, again.Ledger);
    }

    [Fact]
    public void An_answer_of_one_who_knows_less_than_the_node_has_seen_is_not_heeded()
    {
        var ledger = NodeAdmission.Take(Empty, Order("web", 7, 2, Resources.None)).Ledger;
        TasksReportKept Answer(string service, long sequence) =>
            new(new ServiceName(service), new NodeId("n1"), 1, [], sequence);

        Assert.False(NodeAdmission.Heeds(ledger, Answer("web", 6)));
        Assert.True(NodeAdmission.Heeds(ledger, Answer("web", 7)));
        Assert.True(NodeAdmission.Heeds(ledger, Answer("api", 1)));
    }

    [Fact]
    public void A_task_that_is_known_is_not_judged_again()
    {
        var full = NodeAdmission.Take(Empty, Order("web", 1, 1, Reserve(memoryMebibytes: 1000))).Ledger;

        var next = NodeAdmission.Take(full, Order("web", 2, 1, Reserve(memoryMebibytes: 1000)));

        Assert.Empty(next.Rejected);
        Assert.Equal(Bytes.FromMebibytes(1000), next.Ledger.Reserved.Memory);
    }

    [Fact]
    public void A_node_that_is_paused_takes_nothing_new()
    {
        var paused = Empty with { Availability = NodeAvailability.Pause };

        var rejected = NodeAdmission.Take(paused, Order("web", 1, 1, Resources.None)).Rejected;

        Assert.Equal("the node takes no tasks: it is set to pause", Assert.Single(rejected).Value);
    }

    [Fact]
    public void A_task_to_be_stopped_that_was_never_here_takes_nothing_and_is_not_rejected()
    {
        var order = Order("web", 1, 1, Reserve(memoryMebibytes: 4000));
        order = order with { Tasks = [order.Tasks[0] with { Desired = TaskState.Remove }], Templates = [] };

        var taken = NodeAdmission.Take(Empty, order);

        Assert.Empty(taken.Rejected);
        Assert.Empty(taken.Ledger.Held);
    }

    private static TaskId Task(string service, int number) => new($"{service}.{number}");

    private static Resources Reserve(long milliCpu = 0, long memoryMebibytes = 0) =>
        new(new MilliCpu(milliCpu), Bytes.FromMebibytes(memoryMebibytes));

    private static ApplyServiceTasks Order(
        string service, long sequence, int tasks, Resources reservations,
        params ReadOnlySpan<PublishedPort> ports) => new(
        new ServiceName(service), new ServiceId(service), new NodeId("n1"), sequence,
        [new TaskTemplate(
            1, new ContainerSpec { Image = "web", Ports = [.. ports] }, reservations, new RestartPolicy(), false)],
        [.. Enumerable.Range(
            0, tasks).Select(number => new TaskOrder(Task(service, number), number + 1, 1, TaskState.Running))]);
}

using Swarm.Core.Containers;
using Swarm.Core.Services;
using Swarm.Runtime;

namespace Swarm.Cluster.Tests.Nodes;

public sealed class NodeIngressTests : NodeFixture
{
    private const string Taken = "port 8080 is taken by another program";
    private static readonly PublishedPort Port = new(80, 8080);

    [Fact]
    public void Running_tasks_are_the_backends_of_their_ports()
    {
        StartNode();

        Order(1, Spec(Port), (1, TaskState.Running), (2, TaskState.Running));
        Pass(0.3);

        var route = Assert.Single(Engine.Ingress[^1]);
        Assert.Equal((8080, PortProtocol.Tcp), (route.HostPort, route.Protocol));
        Assert.Equal(["10.88.0.2", "10.88.0.3"], route.Backends.Select(backend => backend.Address));
        Assert.All(route.Backends, backend => Assert.Equal(80, backend.Port));
    }

    [Fact]
    public void Ports_of_a_former_life_are_closed_at_the_start()
    {
        StartNode();
        Pass(0.3);

        Assert.Empty(Assert.Single(Engine.Ingress));
    }

    [Fact]
    public async Task Routes_of_a_former_life_stand_until_the_adopted_tasks_have_said_where_they_are()
    {
        StartNode();
        Order(1, Spec(Port), (1, TaskState.Running), (2, TaskState.Running));
        await ReportsAsync();
        Pass(0.3);
        await StopNodeAsync();
        var sets = Engine.Ingress.Count;

        StartNode();
        Pass(0.3);

        Assert.All(Engine.Ingress.Skip(sets), routes => Assert.Equal(2, Assert.Single(routes).Backends.Length));
        Assert.NotEqual(sets, Engine.Ingress.Count);
    }

    [Fact]
    public void A_task_leaves_the_routes_before_it_is_signalled_and_the_port_stays_for_its_successor()
    {
        StartNode();
        Order(1, Spec(Port), (1, TaskState.Running));
        Pass(0.3);
        var sets = Engine.Ingress.Count;

        Order(2, Spec(Port), (1, TaskState.Shutdown), (2, TaskState.Ready));
        Assert.Empty(Engine.Signals);
        Assert.Equal(sets, Engine.Ingress.Count);
        Pass(0.02);

        Assert.Empty(Assert.Single(Engine.Ingress[sets]).Backends);
        Assert.Equal([(ContainerOf(1), 15)], Engine.Signals);
    }

    [Fact]
    public async Task A_task_is_told_as_running_only_once_its_port_leads_to_it()
    {
        StartNode();
        Pass(0.3);
        Engine.HoldsIngress = true;
        Order(1, Spec(Port), (1, TaskState.Running));
        Assert.Equal(TaskState.Starting, (await ReportsAsync())[1].State);

        Engine.LetIngress();

        Assert.Equal(TaskState.Running, (await ReportsAsync())[1].State);
    }

    [Fact]
    public async Task A_port_that_another_program_holds_keeps_its_tasks_starting_and_is_tried_again()
    {
        Engine.IngressFault = new ContainerException(ContainerFault.Host, Taken);
        StartNode();
        Order(1, Spec(Port), (1, TaskState.Running));
        Pass(0.3);
        var report = (await ReportsAsync())[1];
        Assert.Equal((TaskState.Starting, Taken), (report.State, report.Reason));

        Engine.IngressFault = null;
        Pass(5);

        report = (await ReportsAsync())[1];
        Assert.Equal((TaskState.Running, ""), (report.State, report.Reason));
    }

    [Fact]
    public async Task A_port_that_another_program_does_not_give_up_has_its_tasks_rejected()
    {
        Engine.IngressFault = new ContainerException(ContainerFault.Host, Taken);
        StartNode();
        Order(1, Spec(Port), (1, TaskState.Running));

        for (var second = 0; second < 15; second++) Pass(1);

        var report = (await ReportsAsync())[1];
        Assert.Equal((TaskState.Rejected, Taken), (report.State, report.Reason));
        Assert.Equal([(ContainerOf(1), 15)], Engine.Signals);
    }

    [Fact]
    public async Task A_running_task_whose_port_is_lost_goes_on_and_says_so()
    {
        StartNode();
        Order(1, Spec(Port), (1, TaskState.Running));
        Pass(0.3);
        Engine.IngressFault = new ContainerException(ContainerFault.Host, Taken);

        Order(2, Spec(Port), (1, TaskState.Running), (2, TaskState.Running));
        Pass(1);

        var reports = await ReportsAsync();
        Assert.Equal((TaskState.Running, Taken), (reports[1].State, reports[1].Reason));
        Assert.Equal((TaskState.Starting, Taken), (reports[2].State, reports[2].Reason));
    }

    [Fact]
    public void A_table_that_has_not_changed_is_not_set_again()
    {
        StartNode();
        Order(1, Spec(Port), (1, TaskState.Running));
        Pass(0.3);
        var sets = Engine.Ingress.Count;

        Order(2, Spec(), (1, TaskState.Running));
        Pass(10);

        Assert.Equal(sets, Engine.Ingress.Count);
    }
}

using Swarm.Core.Containers;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

public sealed class IngressPortsTests
{
    private readonly Fleet _fleet = new();

    [Fact]
    public void A_port_published_on_all_nodes_without_a_number_gets_one_that_is_kept_in_the_specification()
    {
        Assert.Null(_fleet.Deploy(Spec(
            new PublishedPort(80, 0), new PublishedPort(81, 0), new PublishedPort(80, 0, PortProtocol.Udp))).Refusal);

        var ports = HostPorts();
        Assert.All(ports, port => Assert.InRange(port, IngressPorts.First, IngressPorts.Last));
        Assert.NotEqual(ports[0], ports[1]);
    }

    [Fact]
    public void The_same_specification_again_keeps_its_ports_and_changes_nothing()
    {
        _fleet.Deploy(Spec(new PublishedPort(80, 0), new PublishedPort(80, 0)));
        var before = HostPorts();

        Assert.False(_fleet.Deploy(Spec(new PublishedPort(80, 0), new PublishedPort(80, 0))).Changed);
        Assert.Equal(before, HostPorts());
    }

    [Fact]
    public void Another_port_of_the_service_does_not_move_one_that_was_chosen()
    {
        _fleet.Deploy(Spec(new PublishedPort(80, 0)));
        var before = HostPorts()[0];

        _fleet.Deploy(Spec(new PublishedPort(90, 0), new PublishedPort(80, 0)));

        Assert.Equal(before, HostPorts()[1]);
        Assert.NotEqual(before, HostPorts()[0]);
    }

    [Fact]
    public void A_port_that_the_specification_names_is_not_chosen_for_another()
    {
        _fleet.Deploy(Spec(new PublishedPort(80, 0)));
        var taken = HostPorts()[0];

        _fleet.Deploy(Spec(new PublishedPort(80, 0), new PublishedPort(81, taken)));

        Assert.NotEqual(taken, HostPorts()[0]);
        Assert.Equal(taken, HostPorts()[1]);
    }

    [Fact]
    public void A_port_that_belongs_to_one_task_is_left_for_its_node_to_choose()
    {
        _fleet.Deploy(Spec(new PublishedPort(80, 0, Mode: PublishMode.Host)));

        Assert.Equal([0], HostPorts());
    }

    [Fact]
    public void More_ports_than_there_are_to_choose_from_are_refused()
    {
        var ports = Enumerable.Range(
            1, IngressPorts.Last - IngressPorts.First + 2).Select(port => new PublishedPort(port, 0));

        Assert.Equal(
            "service web: container port 2769 names no port of the hosts, and none from 30000 to 32767 is left",
            _fleet.Deploy(Spec([.. ports])).Refusal);
    }

    private static ServiceSpec Spec(params PublishedPort[] ports)
    {
        var spec = Specs.Replicated(1);
        return spec with { Container = spec.Container with { Ports = [.. ports] } };
    }

    private int[] HostPorts() => [.. _fleet.State.Spec.Container.Ports.Select(port => port.HostPort)];
}

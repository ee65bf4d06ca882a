using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Services;

namespace Swarm.Wire.Tests;

/// <summary>Whatever a service orders of a node goes in messages that fit.</summary>
public sealed class OrderSizeTests
{
    private const int Tasks = 5000;

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    public void Each_part_of_an_order_of_five_thousand_tasks_fits_with_the_largest_specifications(int versions)
    {
        var container = new ContainerSpec { Image = "web", Command = [new string('x', WireLimits.ClientBytes)] };
        var order = new ApplyServiceTasks(
            new ServiceName(new string('s', 63)), new ServiceId(new string('i', 25)), new NodeId(new string('n', 25)),
            long.MaxValue,
            [
                .. Enumerable.Range(1, versions).Select(version => new TaskTemplate(
                    version, container, Resources.None, new RestartPolicy(), false)),
            ],
            [
                .. Enumerable.Range(1_000_000, Tasks).Select(number => new TaskOrder(
                    TaskId.Of(new ServiceId(new string('i', 25)), number), number, versions, TaskState.Running)),
            ]);

        Assert.All(
            OrderParts.Split(order),
            part => Assert.InRange(SwarmSerializer.Measure(part), 1, WireLimits.NodeBytes));
    }
}

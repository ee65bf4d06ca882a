using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

public sealed class ReplicatedServiceTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_deployed_service_runs_one_task_in_each_slot()
    {
        var fleet = new Fleet(nodes: 2);

        var decision = fleet.Deploy(Specs.Replicated(3));
        fleet.Run(Second);

        Assert.True(decision.Changed);
        Assert.Equal([1, 2, 3], fleet.Running.Select(task => task.Slot));
        Assert.Equal(3, ServiceRules.List(fleet.State)!.Running);
    }
}

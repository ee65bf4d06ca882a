using System.Collections.Immutable;
using Swarm.Cluster.Nodes;
using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Cluster.Tests.Nodes;

public sealed class TaskContainerTests
{
    [Theory]
    [InlineData("shop_web", "shop", "shop_web tasks.shop_web web tasks.web")]
    [InlineData("shop_web", "sho", "shop_web tasks.shop_web")]
    [InlineData("shop_web", "", "shop_web tasks.shop_web")]
    [InlineData("web", null, "web tasks.web")]
    public void A_task_is_found_by_the_name_of_its_service_and_by_that_in_the_file_of_its_stack(
        string service, string? stack, string names)
    {
        var labels = ImmutableSortedDictionary<string, string>.Empty;
        if (stack is not null) labels = labels.Add(TaskContainer.StackLabel, stack);

        var defined = TaskContainer.Define(
            new ServiceName(service), new TaskId("t1"), 1, new ContainerSpec { Image = "box", Labels = labels });

        Assert.Equal(names, string.Join(' ', defined.SharedNames));
        Assert.Equal(service, defined.Spec.Labels[TaskContainer.ServiceLabel]);
    }
}

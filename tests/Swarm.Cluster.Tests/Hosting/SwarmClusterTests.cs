using Swarm.Core;
using Swarm.Core.Clients;
using Swarm.Core.Containers;
using Swarm.Core.Services;

namespace Swarm.Cluster.Tests.Hosting;

public sealed class SwarmClusterTests
{
    private static readonly ServiceName Web = new("web");

    [Fact]
    public async Task A_deployed_service_orders_its_tasks_from_the_node_and_is_listed()
    {
        using var file = new JournalFile();
        await using var host = await OneHost.StartAsync(file.Path);
        await host.RegisterAsync();

        var accepted = await host.AskAsync<ServiceAccepted>(Deploy("r1", replicas: 3));
        var order = await host.NextAsync<ApplyServiceTasks>(order => order.Tasks.Length == 3);

        Assert.Equal(new ServiceAccepted(new RequestId("r1"), Web, Version: 1, Changed: true), accepted);
        Assert.Equal(Web, order.Service);
        Assert.Equal("busybox", order.Templates.Single().Container.Image);
        var nodes = await host.AskAsync<NodeList>(new GetNodes());
        Assert.True(nodes.Nodes.Single().Reachable);
        var listed = await host.AskAsync<ServiceList>(new GetServices());
        Assert.Equal(3, listed.Services.Single().Desired);
    }

    [Fact]
    public async Task After_a_restart_services_come_back_without_any_message_and_repeat_their_orders()
    {
        using var file = new JournalFile();
        ApplyServiceTasks before;
        await using (var host = await OneHost.StartAsync(file.Path))
        {
            await host.RegisterAsync();
            await host.AskAsync<ServiceAccepted>(Deploy("r1", replicas: 2));
            before = await host.NextAsync<ApplyServiceTasks>(order => order.Tasks.Length == 2);
            host.Answer(new TasksApplied(Web, OneHost.Node, before.Sequence));
        }

        await using var again = await OneHost.StartAsync(file.Path);
        await again.RegisterAsync();
        var order = await again.NextAsync<ApplyServiceTasks>();

        Assert.Equal(before.Tasks.AsEnumerable(), order.Tasks);
        Assert.Equal(before.Id, order.Id);
        Assert.True(order.Sequence >= before.Sequence);
    }

    internal static DeployService Deploy(string request, int replicas) => new(
        new RequestId(request),
        new ServiceSpec
        {
            Name = Web,
            Container = new ContainerSpec { Image = "busybox" },
            Mode = new ServiceMode.Replicated(replicas),
        });
}
